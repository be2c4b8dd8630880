/** The ways by which photos come onto the page: dropped, with folders too, pasted, picked, or taken. Knows no captions. */

/** Files that are no pictures, by their names, are left out of folders. */
const PICTURE = /\.(jpe?g|png|webp|gif|avif|tiff?|heic|heif|bmp|svg)$/i;

/**
 * Hears of files that are dropped anywhere on the page, or pasted.
 *
 * @param onOver called when files are held over the page, and when they no longer are
 */
export function listenForFiles(onFiles: (files: File[]) => void, onOver: (over: boolean) => void): void {
  const holdsFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;
  document.addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault(); // else the browser would not let it be dropped
    onOver(true);
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) onOver(false);
  });
  document.addEventListener('drop', (event) => {
    onOver(false);
    if (!holdsFiles(event)) return;
    event.preventDefault(); // else the browser would go to the file
    void filesOf(event.dataTransfer!).then(onFiles);
  });
  let pasted = 0;
  document.addEventListener('paste', ({ clipboardData, target }) => {
    // Some programs copy a picture of a text beside it: where texts are typed, the text is meant.
    if (target instanceof HTMLTextAreaElement && clipboardData?.types.includes('text/plain')) return;
    const files = [...(clipboardData?.files ?? [])];
    if (files.length === 0) return;
    // All that is copied from a screen has the same name.
    onFiles(files.map((file) => new File([file], `pasted-${++pasted}-${file.name}`, { type: file.type })));
  });
}

/** A button for choosing files, which a mouse, a finger and a keyboard can press. */
export function filesInput(onFiles: (files: File[]) => void): HTMLInputElement {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = 'image/*';
  input.addEventListener('change', () => {
    onFiles([...input.files!]); // an input of files has them
    input.value = ''; // so that the same file can be chosen again
  });
  return input;
}

/** What was dropped: its files, and the pictures of its folders. */
async function filesOf({ items, files }: DataTransfer): Promise<File[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry());
  if (!entries.some((entry) => entry?.isDirectory)) return [...files];
  const found = await Promise.all(entries.map((entry) => (entry ? filesIn(entry) : [])));
  return found.flat();
}

async function filesIn(entry: FileSystemEntry, inFolder = false): Promise<File[]> {
  if (entry.isFile) {
    if (inFolder && !PICTURE.test(entry.name)) return [];
    const file = await new Promise<File | undefined>((resolve) =>
      (entry as FileSystemFileEntry).file(resolve, () => resolve(undefined)),
    );
    return file ? [file] : [];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (entries.length === 0) return files;
    for (const one of entries) files.push(...(await filesIn(one, true)));
  }
}
