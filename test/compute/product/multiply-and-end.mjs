/** Run by `process.test.ts`: multiplies on all threads and ends in the manner asked for. As built, to start soon. */
import { Arena } from '../../../dist/compute/arena.js';
import { compileKernels } from '../../../dist/compute/kernels.js';
import { openProduct } from '../../../dist/compute/product/choose.js';

const [name, manner] = process.argv.slice(2);
const arena = new Arena();
const { product } = await openProduct(arena, await compileKernels(), name);
const [c, a, b] = [arena.matrix(300, 300), arena.matrix(300, 300), arena.matrix(300, 300)];
product.multiply(c, a, b);
console.log(`multiplied on ${product.driver.description}`);
if (manner === 'signals') await multiplyUnderSignals();
if (manner === 'throw') throw new Error('thrown on purpose');
if (manner === 'exit') process.exit(0);

/** Until a signal has come many times; fails where a product comes out otherwise than without signals. */
async function multiplyUnderSignals() {
  let signals = 0;
  process.on('SIGWINCH', () => signals++);
  const [wide, tall, square] = [arena.matrix(50, 512), arena.matrix(512, 512), arena.matrix(50, 512)];
  wide.data.fill(1);
  tall.data.fill(2);
  const factor = product.fixedFactor(512, 512);
  factor.update(tall);
  console.log('ready for signals');
  while (signals < 300) {
    for (let i = 0; i < 50; i++) {
      if (i % 2) product.multiply(square, wide, tall);
      else product.multiplyFixed(square, wide, factor);
      if (square.data.some((value) => value !== 1024)) throw new Error('a product is wrong');
    }
    Buffer.alloc(100_000); // a heap in disorder shows itself
    await new Promise(setImmediate);
  }
  process.exit(0);
}
