/** All kernels, compiled into one WebAssembly module on the arena's memory. */
export * from './cells';
export * from './optimizers';
export * from './product';
export * from './rows';
export * from './softmax';
