/**
 * Installs the rivals of the races: `node bench/setup-rivals.mjs`. Those in Python go into `.venv`, from PyPI alone, those
 * in JavaScript into `bench/rivals/node_modules`, from npm (430 MB); to undo it, delete both.
 *
 * On Linux x86-64 PyPI has PyTorch for CUDA only, whose libraries must be there for it to be imported, on a machine with
 * no GPU as well: 3 GB to download, 5.4 GB on disk. Elsewhere its wheel is for the processor, and small. What neither
 * needs to train an LSTM or to run a CNN is left out (triton, NVRTC, cuSOLVER and more), as is what pycocoevalcap needs
 * for METEOR and SPICE (Java) and to read annotations (pycocotools).
 *
 * brain.js comes with bindings to OpenGL, which its recurrent networks do not use: nothing is compiled. TensorFlow.js
 * computes on WebAssembly, and on libtensorflow too after `npm run setup:native -- --tfjs`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const METRICS = ['numpy==2.2.6', 'pycocoevalcap==1.2'];
const TORCH = ['torch==2.9.1', 'typing_extensions==4.15.0', 'sympy==1.14.0', 'mpmath==1.3.0'];
const VISION = ['torchvision==0.24.1', 'pillow==12.0.0'];
const CUDA = [
  'nvidia-cublas-cu12==12.8.4.1',
  'nvidia-cuda-cupti-cu12==12.8.90',
  'nvidia-cuda-runtime-cu12==12.8.90',
  'nvidia-cudnn-cu12==9.10.2.21',
  'nvidia-cufft-cu12==11.3.3.83',
  'nvidia-cufile-cu12==1.13.1.3',
  'nvidia-curand-cu12==10.3.9.90',
  'nvidia-cusparse-cu12==12.5.8.93',
  'nvidia-cusparselt-cu12==0.7.1',
  'nvidia-nccl-cu12==2.27.5',
  'nvidia-nvjitlink-cu12==12.8.93',
  'nvidia-nvshmem-cu12==3.3.20',
];

const rivals = fileURLToPath(new URL('rivals', import.meta.url));
const venv = fileURLToPath(new URL('../.venv', import.meta.url));
const python = join(venv, 'bin', 'python');
const cuda = process.platform === 'linux' && process.arch === 'x64' ? CUDA : [];

// npm first, which is small, and each part whatever became of the other: a race needs one of them.
const failures = [
  install([
    ['npm', ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: rivals }],
    [
      process.execPath,
      ['-p', 'require("brain.js"); "brain.js " + require("brain.js/package.json").version'],
      { cwd: rivals },
    ],
    [process.execPath, ['-p', '"TensorFlow.js " + require("@tensorflow/tfjs").version.tfjs'], { cwd: rivals }],
  ]),
  install([
    ...(existsSync(python) ? [] : [['python3', ['-m', 'venv', venv]]]),
    [
      python,
      [
        '-m',
        'pip',
        'install',
        '--no-deps',
        '--only-binary=:all:',
        '--no-cache-dir',
        ...METRICS,
        ...TORCH,
        ...VISION,
        ...cuda,
      ],
    ],
    [python, ['-c', 'import numpy, pycocoevalcap.cider.cider; print("NumPy", numpy.__version__, "and pycocoevalcap")']],
    [python, ['-c', 'import torch, torchvision; torch.nn.LSTM(1, 1); print("PyTorch", torch.__version__)']],
  ]),
].filter(Boolean);
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;

/** Runs commands until one fails, and says which. */
function install(commands) {
  for (const [program, args, options] of commands) {
    const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
    if (status !== 0) return `${program} ${args.slice(0, 3).join(' ')} failed${error ? `: ${error.message}` : ''}`;
  }
  return undefined;
}
