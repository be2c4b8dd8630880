/**
 * Makes `.venv` with the rivals of the races, from PyPI alone: `node bench/setup-rivals.mjs`. To undo it, delete .venv.
 *
 * On Linux x86-64 PyPI has PyTorch for CUDA only, whose libraries must be there for it to be imported, on a machine with
 * no GPU as well: 3 GB to download, 5.4 GB on disk. Elsewhere its wheel is for the processor, and small. What neither
 * needs to train an LSTM or to run a CNN is left out (triton, NVRTC, cuSOLVER and more).
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TORCH = ['torch==2.9.1', 'typing_extensions==4.15.0', 'sympy==1.14.0', 'mpmath==1.3.0'];
const VISION = ['torchvision==0.24.1', 'numpy==2.3.5', 'pillow==12.0.0'];
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

const venv = fileURLToPath(new URL('../.venv', import.meta.url));
const python = join(venv, 'bin', 'python');
const cuda = process.platform === 'linux' && process.arch === 'x64' ? CUDA : [];
const packages = [...TORCH, ...VISION, ...cuda];

run('python3', ['-m', 'venv', venv]);
run(python, ['-m', 'pip', 'install', '--no-deps', '--only-binary=:all:', '--no-cache-dir', ...packages]);
run(python, ['-W', 'ignore', '-c', 'import torch; torch.nn.LSTM(1, 1); print("PyTorch", torch.__version__)']);

function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (status === 0) return;
  console.error(`${program} ${args.slice(0, 3).join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(status ?? 1);
}
