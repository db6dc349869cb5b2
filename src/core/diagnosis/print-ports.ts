/** Ports on which a request is a print job: LPD, IPP, raw (JetDirect) and its neighbours. */
const PRINT_PORTS: ReadonlySet<number> = new Set([515, 631, 6101, 9100, 9101, 9102])

export const isPrintPort = (port: number | null | undefined): boolean => port !== null && port !== undefined && PRINT_PORTS.has(port)
