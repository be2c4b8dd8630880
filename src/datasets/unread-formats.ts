/** What is to be done with files that may hold a dataset, but are not read here: archives, and tables of other programs. */

const ADVICE: readonly (readonly [names: RegExp, advice: (name: string, others: number) => string])[] = [
  [
    /\.(zip|tar|tgz|tar\.\w+|7z|rar)$/i,
    (name, others) => `Unpack ${name}${others === 0 ? '' : ` and the ${others} other such files`}.`,
  ],
  [
    /\.(parquet|arrow|feather)$/i,
    (name) => `Write what ${name} holds to pictures and a metadata.csv first, as Python's \`datasets\` can.`,
  ],
  [/\.(xlsx?|ods|numbers)$/i, (name) => `Save ${name} as CSV (in UTF-8).`],
  [
    /\.(tfrecords?|pkl|pickle|mdb|h5|hdf5|npz)$/i,
    (name) => `Write what ${name} holds to pictures and a metadata.csv first.`,
  ],
  [
    /\.xmp$/i,
    (name) => `Write what ${name} and the others say of their pictures to a metadata.csv of file_name and text first.`,
  ],
];

/** Advice on the first file that is of a known kind; undefined where none is. */
export function adviceOnFiles(names: readonly string[]): string | undefined {
  for (const [kind, advice] of ADVICE) {
    const [name, ...others] = names.filter((one) => kind.test(one));
    if (name !== undefined) return advice(name, others.length);
  }
  return undefined;
}
