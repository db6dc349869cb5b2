/** Makes the command line's npm package in `folder`. */
export function makePackage(folder: string): Promise<void>
