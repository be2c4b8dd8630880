/** Run by `process.test.ts`: multiplies once on all threads and ends in the manner asked for. */
import { Arena } from '../../../src/compute/arena.ts';
import { compileKernels } from '../../../src/compute/kernels.ts';
import { type DriverChoice, openProduct } from '../../../src/compute/product/choose.ts';

const [name, manner] = process.argv.slice(2);
const arena = new Arena();
const { product } = await openProduct(arena, await compileKernels(), name as DriverChoice);
const [c, a, b] = [arena.matrix(300, 300), arena.matrix(300, 300), arena.matrix(300, 300)];
product.multiply(c, a, b);
console.log('multiplied');
if (manner === 'throw') throw new Error('thrown on purpose');
if (manner === 'exit') process.exit(0);
