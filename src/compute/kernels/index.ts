/** All kernels, compiled into one WebAssembly module on the arena's memory. */
export * from './attention';
export * from './bf16';
export * from './cells';
export * from './convolution';
export * from './convolution-gradients';
export * from './optimizers';
export * from './product';
export * from './rows';
export { logSoftmax, softmaxCrossEntropy } from './softmax';
export { close, fail, leave, stayAwake, stop, takeTask } from './threads';
// Exported only so that they stay functions of their own: merged into their callers, they run out of registers.
export { directTile1, directTile2, directTile3, directTile4, directTile5, directTile6 } from './direct-tile';
export { four3s1, four3s2, four5s1, four5s2 } from './depthwise-windows';
export { tile1, tile2, tile3, tile4, tile5, tile6, wideRow } from './tile';
