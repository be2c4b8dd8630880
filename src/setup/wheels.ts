/**
 * What can't come from npm comes as wheels from PyPI: pinned by version and hash, so that what is loaded into the
 * process is what was tested.
 */
import type { NativeName } from '../compute/product/libraries.ts';

export interface Wheel {
  /** As pip names it, with its version. */
  requirement: string;
  /** SHA-256 of the file. */
  sha256: string;
  /** pip's tag of the platform, and of the Python where the wheel is made for one; this machine's may be another. */
  platform: string;
  python?: string;
  megabytes: number;
}

const OPENBLAS = 'scipy-openblas32==0.3.30.0.8';

/** Libraries for matrix products, by `process.platform`-`process.arch`. macOS has Accelerate and needs none. */
export const PRODUCT_WHEELS: Readonly<Record<NativeName, Readonly<Record<string, Wheel>>>> = {
  onednn: {
    'linux-x64': {
      requirement: 'onednn-cpu-gomp==2023.2.0',
      sha256: '2f22a54d6a890ed14bfa185d42a4be65d8b5b1df85dc1f0f3a9abe31620416fb',
      platform: 'manylinux1_x86_64',
      megabytes: 39,
    },
  },
  openblas: {
    'linux-x64': {
      requirement: OPENBLAS,
      sha256: 'b3e980185ab7d959c75c7f0f49b15209ec85434a09144f6cbfe3a45fa825b436',
      platform: 'manylinux2014_x86_64',
      megabytes: 8,
    },
    'linux-arm64': {
      requirement: OPENBLAS,
      sha256: '0e11bea60c54c595b3d0ca02111c6b12d93adcf46e7d8b6b599b85b451974e3e',
      platform: 'manylinux2014_aarch64',
      megabytes: 7,
    },
    'win32-x64': {
      requirement: OPENBLAS,
      sha256: 'f8037e0f17f32711117136d98db64b735c4f295c72c9ee1e856748054328b964',
      platform: 'win_amd64',
      megabytes: 7,
    },
  },
};

/** libtensorflow with the C API that tfjs-node's binding is built on. */
export const TENSORFLOW_WHEELS: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    requirement: 'tensorflow-cpu==2.15.1',
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
    platform: 'manylinux2014_x86_64',
    python: '3.11',
    megabytes: 207,
  },
};

/** The wheel for this machine, if there is one. */
export function wheelFor(wheels: Readonly<Record<string, Wheel>>): Wheel | undefined {
  return wheels[`${process.platform}-${process.arch}`];
}
