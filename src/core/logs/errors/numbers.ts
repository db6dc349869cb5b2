import type { CanonicalError } from './canonical.ts'

/** One number's meaning on one platform. */
export interface CodeMeaning {
  readonly platform: string
  readonly name: string
  readonly canonical: CanonicalError
}

type Row = readonly [name: string, canonical: CanonicalError]

/** Windows Sockets error codes. Source: learn.microsoft.com, Windows Sockets Error Codes (WinSock2.h). */
export const WSA: ReadonlyMap<number, Row> = new Map<number, Row>([
  [10013, ['WSAEACCES', 'EACCES']],
  [10040, ['WSAEMSGSIZE', 'EMSGSIZE']],
  [10048, ['WSAEADDRINUSE', 'EADDRINUSE']],
  [10049, ['WSAEADDRNOTAVAIL', 'EADDRNOTAVAIL']],
  [10050, ['WSAENETDOWN', 'ENETDOWN']],
  [10051, ['WSAENETUNREACH', 'ENETUNREACH']],
  [10052, ['WSAENETRESET', 'ENETRESET']],
  [10053, ['WSAECONNABORTED', 'ECONNABORTED']],
  [10054, ['WSAECONNRESET', 'ECONNRESET']],
  [10055, ['WSAENOBUFS', 'ENOBUFS']],
  [10057, ['WSAENOTCONN', 'ENOTCONN']],
  [10058, ['WSAESHUTDOWN', 'ESHUTDOWN']],
  [10060, ['WSAETIMEDOUT', 'ETIMEDOUT']],
  [10061, ['WSAECONNREFUSED', 'ECONNREFUSED']],
  [10064, ['WSAEHOSTDOWN', 'EHOSTDOWN']],
  [10065, ['WSAEHOSTUNREACH', 'EHOSTUNREACH']],
  [10101, ['WSAEDISCON', 'EOF']],
  [10103, ['WSAECANCELLED', 'ECANCELED']],
  [10111, ['WSA_E_CANCELLED', 'ECANCELED']],
])

/** Win32 system error codes. Source: learn.microsoft.com, System Error Codes (WinError.h). */
export const WIN32: ReadonlyMap<number, Row> = new Map<number, Row>([
  [59, ['ERROR_UNEXP_NET_ERR', 'ECONNRESET']],
  [64, ['ERROR_NETNAME_DELETED', 'ECONNRESET']],
  [109, ['ERROR_BROKEN_PIPE', 'EPIPE']],
  [121, ['ERROR_SEM_TIMEOUT', 'ETIMEDOUT']],
  [232, ['ERROR_NO_DATA', 'EPIPE']],
  [233, ['ERROR_PIPE_NOT_CONNECTED', 'EPIPE']],
  [995, ['ERROR_OPERATION_ABORTED', 'ECANCELED']],
  [1223, ['ERROR_CANCELLED', 'ECANCELED']],
  [1225, ['ERROR_CONNECTION_REFUSED', 'ECONNREFUSED']],
  [1226, ['ERROR_GRACEFUL_DISCONNECT', 'EOF']],
  [1231, ['ERROR_NETWORK_UNREACHABLE', 'ENETUNREACH']],
  [1232, ['ERROR_HOST_UNREACHABLE', 'EHOSTUNREACH']],
  [1234, ['ERROR_PORT_UNREACHABLE', 'ECONNREFUSED']],
  [1235, ['ERROR_REQUEST_ABORTED', 'ECANCELED']],
  [1236, ['ERROR_CONNECTION_ABORTED', 'ECONNABORTED']],
  [1460, ['ERROR_TIMEOUT', 'ETIMEDOUT']],
  [12002, ['ERROR_WINHTTP_TIMEOUT', 'APP_TIMEOUT']],
  [12029, ['ERROR_WINHTTP_CANNOT_CONNECT', 'ECONNREFUSED']],
  [12030, ['ERROR_WINHTTP_CONNECTION_ERROR / ERROR_INTERNET_CONNECTION_ABORTED', 'ECONNRESET']],
  [12031, ['ERROR_INTERNET_CONNECTION_RESET', 'ECONNRESET']],
])

/** NTSTATUS values. Source: [MS-ERREF] 2.3.1. */
export const NTSTATUS: ReadonlyMap<number, Row> = new Map<number, Row>([
  [0xc00000b5, ['STATUS_IO_TIMEOUT', 'ETIMEDOUT']],
  [0xc00000c4, ['STATUS_UNEXPECTED_NETWORK_ERROR', 'ECONNRESET']],
  [0xc00000c9, ['STATUS_NETWORK_NAME_DELETED', 'ECONNRESET']],
  [0xc0000120, ['STATUS_CANCELLED', 'ECANCELED']],
  [0xc000013b, ['STATUS_LOCAL_DISCONNECT', 'ECONNABORTED']],
  [0xc000013c, ['STATUS_REMOTE_DISCONNECT', 'ECONNRESET']],
  [0xc000020c, ['STATUS_CONNECTION_DISCONNECTED', 'EOF']],
  [0xc000020d, ['STATUS_CONNECTION_RESET', 'ECONNRESET']],
  [0xc0000236, ['STATUS_CONNECTION_REFUSED', 'ECONNREFUSED']],
  [0xc000023c, ['STATUS_NETWORK_UNREACHABLE', 'ENETUNREACH']],
  [0xc000023d, ['STATUS_HOST_UNREACHABLE', 'EHOSTUNREACH']],
  [0xc000023f, ['STATUS_PORT_UNREACHABLE', 'ECONNREFUSED']],
  [0xc0000240, ['STATUS_REQUEST_ABORTED', 'ECANCELED']],
  [0xc0000241, ['STATUS_CONNECTION_ABORTED', 'ECONNABORTED']],
])

/**
 * errno by platform. Sources: Linux include/uapi/asm-generic/errno.h (x86, ARM; MIPS and SPARC differ); xnu and FreeBSD sys/errno.h;
 * illumos sys/errno.h; AIX: glibc's aix-errno.h; HP-UX: scsh's hpux/errno.scm (after HP's errno.h); Microsoft UCRT errno.h; libuv uv/errno.h for its Windows values.
 */
const ERRNO: ReadonlyArray<readonly [canonical: CanonicalError, byPlatform: Readonly<Record<string, number>>]> = [
  ['EPIPE', { Linux: 32, 'macOS and BSD': 32, Solaris: 32, AIX: 32, 'HP-UX': 32, 'Windows C runtime': 32, 'libuv on Windows': -4047 }],
  ['EACCES', { Linux: 13, 'macOS and BSD': 13, Solaris: 13, AIX: 13, 'HP-UX': 13, 'Windows C runtime': 13, 'libuv on Windows': -4092 }],
  ['EMSGSIZE', { Linux: 90, 'macOS and BSD': 40, Solaris: 97, AIX: 59, 'HP-UX': 218, 'Windows C runtime': 115 }],
  [
    'EADDRINUSE',
    { Linux: 98, 'macOS and BSD': 48, Solaris: 125, AIX: 67, 'HP-UX': 226, 'Windows C runtime': 100, 'libuv on Windows': -4091 },
  ],
  [
    'EADDRNOTAVAIL',
    { Linux: 99, 'macOS and BSD': 49, Solaris: 126, AIX: 68, 'HP-UX': 227, 'Windows C runtime': 101, 'libuv on Windows': -4090 },
  ],
  [
    'ENETDOWN',
    { Linux: 100, 'macOS and BSD': 50, Solaris: 127, AIX: 69, 'HP-UX': 228, 'Windows C runtime': 116, 'libuv on Windows': -4063 },
  ],
  [
    'ENETUNREACH',
    { Linux: 101, 'macOS and BSD': 51, Solaris: 128, AIX: 70, 'HP-UX': 229, 'Windows C runtime': 118, 'libuv on Windows': -4062 },
  ],
  ['ENETRESET', { Linux: 102, 'macOS and BSD': 52, Solaris: 129, AIX: 71, 'HP-UX': 230, 'Windows C runtime': 117 }],
  [
    'ECONNABORTED',
    { Linux: 103, 'macOS and BSD': 53, Solaris: 130, AIX: 72, 'HP-UX': 231, 'Windows C runtime': 106, 'libuv on Windows': -4079 },
  ],
  [
    'ECONNRESET',
    { Linux: 104, 'macOS and BSD': 54, Solaris: 131, AIX: 73, 'HP-UX': 232, 'Windows C runtime': 108, 'libuv on Windows': -4077 },
  ],
  [
    'ENOBUFS',
    { Linux: 105, 'macOS and BSD': 55, Solaris: 132, AIX: 74, 'HP-UX': 233, 'Windows C runtime': 119, 'libuv on Windows': -4060 },
  ],
  [
    'ENOTCONN',
    { Linux: 107, 'macOS and BSD': 57, Solaris: 134, AIX: 76, 'HP-UX': 235, 'Windows C runtime': 126, 'libuv on Windows': -4053 },
  ],
  ['ESHUTDOWN', { Linux: 108, 'macOS and BSD': 58, Solaris: 143, AIX: 77, 'HP-UX': 236 }],
  [
    'ETIMEDOUT',
    { Linux: 110, 'macOS and BSD': 60, Solaris: 145, AIX: 78, 'HP-UX': 238, 'Windows C runtime': 138, 'libuv on Windows': -4039 },
  ],
  [
    'ECONNREFUSED',
    { Linux: 111, 'macOS and BSD': 61, Solaris: 146, AIX: 79, 'HP-UX': 239, 'Windows C runtime': 107, 'libuv on Windows': -4078 },
  ],
  ['EHOSTDOWN', { Linux: 112, 'macOS and BSD': 64, Solaris: 147, AIX: 80, 'HP-UX': 241 }],
  [
    'EHOSTUNREACH',
    { Linux: 113, 'macOS and BSD': 65, Solaris: 148, AIX: 81, 'HP-UX': 242, 'Windows C runtime': 110, 'libuv on Windows': -4073 },
  ],
  ['ECANCELED', { Linux: 125, macOS: 89, FreeBSD: 85, Solaris: 47, AIX: 117, 'Windows C runtime': 105, 'libuv on Windows': -4081 }],
]

const BY_NUMBER = new Map<number, CodeMeaning[]>()
for (const [canonical, byPlatform] of ERRNO) {
  for (const [platform, number] of Object.entries(byPlatform)) {
    const rows = BY_NUMBER.get(number) ?? []
    rows.push({ platform, name: canonical, canonical })
    BY_NUMBER.set(number, rows)
  }
}

/** What `number` means as an errno, on every platform that has it; Linux first. */
export const errnoMeanings = (number: number): readonly CodeMeaning[] => BY_NUMBER.get(number) ?? []

/** Every platform's number for one error: `104` on Linux is `54` on macOS and `10054` to Winsock. */
export function codesOf(canonical: CanonicalError): CodeMeaning[] {
  const posix = ERRNO.find(([name]) => name === canonical)?.[1] ?? {}
  const wsa = [...WSA].filter(([, row]) => row[1] === canonical)
  return [
    ...Object.entries(posix).map(([platform, number]) => ({ platform, name: `${canonical} ${number}`, canonical })),
    ...wsa.map(([number, [name]]) => ({ platform: 'Windows', name: `${name} ${number}`, canonical })),
  ]
}

/** What `number` means to Windows: a socket error, else a system error. */
export function windowsMeaning(number: number): CodeMeaning | undefined {
  const wsa = WSA.get(number)
  if (wsa) return { platform: 'Windows', name: `${wsa[0]} ${number}`, canonical: wsa[1] }
  const win32 = WIN32.get(number)
  return win32 && { platform: 'Windows', name: `${win32[0]} ${number}`, canonical: win32[1] }
}

/** A 32-bit status: NTSTATUS, or an HRESULT that wraps a Win32 code (facility 7: 0x8007xxxx). */
export function statusMeaning(status: number): CodeMeaning | undefined {
  const hex = `0x${status.toString(16).toUpperCase().padStart(8, '0')}`
  const nt = NTSTATUS.get(status)
  if (nt) return { platform: 'Windows', name: `${nt[0]} ${hex}`, canonical: nt[1] }
  if (status >>> 16 !== 0x8007) return undefined
  const inner = windowsMeaning(status & 0xffff)
  return inner && { platform: 'Windows', name: `${inner.name} (${hex})`, canonical: inner.canonical }
}

/** curl exit codes. Source: curl.se/libcurl/c/libcurl-errors.html. */
export const CURL: ReadonlyMap<number, Row> = new Map<number, Row>([
  [7, ['CURLE_COULDNT_CONNECT', 'ECONNREFUSED']],
  [28, ['CURLE_OPERATION_TIMEDOUT', 'APP_TIMEOUT']],
  [52, ['CURLE_GOT_NOTHING', 'EOF']],
  [55, ['CURLE_SEND_ERROR', 'EPIPE']],
  [56, ['CURLE_RECV_ERROR', 'ECONNRESET']],
])

/** Loftware M-codes that carry a socket error. Source: the seed article; M1557 and M1560 from logs of the same family. */
export const M_CODES: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['M1556', ['M1556', 'ECONNABORTED']],
  ['M1557', ['M1557', 'ECONNRESET']],
  ['M1560', ['M1560', 'ETIMEDOUT']],
])
