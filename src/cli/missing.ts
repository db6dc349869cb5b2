/** Whether an error of the file system says that there is nothing by this name. */
export const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
