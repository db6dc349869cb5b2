import type { CanonicalError } from './canonical.ts'
import { CANONICAL_ERRORS } from './canonical.ts'
import { NTSTATUS, WIN32, WSA } from './numbers.ts'

/** What one identifier in a log means. */
export interface NameMeaning {
  readonly canonical: CanonicalError
  readonly label: string
  /** A class that wraps another error: what it wraps counts, where it is there. */
  readonly wrapper: boolean
}

const plain = (canonical: CanonicalError, label: string): NameMeaning => ({ canonical, label, wrapper: false })

function buildNames(): Map<string, NameMeaning> {
  const names = new Map<string, NameMeaning>()
  const add = (name: string, canonical: CanonicalError, label = name): void => void names.set(name.toUpperCase(), plain(canonical, label))
  for (const canonical of CANONICAL_ERRORS) if (canonical.startsWith('E') && canonical !== 'EOF') add(canonical, canonical)
  for (const [number, [name, canonical]] of WSA) add(name, canonical, `${name} ${number}`)
  for (const [number, [name, canonical]] of WIN32) add(name, canonical, `${name} ${number}`)
  for (const [status, [name, canonical]] of NTSTATUS) add(name, canonical, `${name} 0x${status.toString(16).toUpperCase()}`)
  for (const [name, canonical] of RUNTIME_NAMES) add(name, canonical)
  return names
}

const RUNTIME_NAMES: ReadonlyArray<readonly [name: string, canonical: CanonicalError]> = [
  // Python
  ['ConnectionAbortedError', 'ECONNABORTED'],
  ['ConnectionResetError', 'ECONNRESET'],
  ['ConnectionRefusedError', 'ECONNREFUSED'],
  ['BrokenPipeError', 'EPIPE'],
  ['RemoteDisconnected', 'EOF'],
  ['IncompleteRead', 'EOF'],
  ['ReadTimeoutError', 'APP_TIMEOUT'],
  ['ConnectTimeoutError', 'APP_TIMEOUT'],
  ['ReadTimeout', 'APP_TIMEOUT'],
  ['ConnectTimeout', 'APP_TIMEOUT'],
  // Java
  ['NoRouteToHostException', 'EHOSTUNREACH'],
  ['PortUnreachableException', 'ECONNREFUSED'],
  ['SocketTimeoutException', 'APP_TIMEOUT'],
  ['HttpTimeoutException', 'APP_TIMEOUT'],
  ['HttpConnectTimeoutException', 'APP_TIMEOUT'],
  ['EOFException', 'EOF'],
  ['NoHttpResponseException', 'EOF'],
  ['ClosedChannelException', 'ECANCELED'],
  ['AsynchronousCloseException', 'ECANCELED'],
  ['ClosedByInterruptException', 'ECANCELED'],
  // Node
  ['ESOCKETTIMEDOUT', 'APP_TIMEOUT'],
  ['ECONNTIMEOUT', 'APP_TIMEOUT'],
  ['UND_ERR_SOCKET', 'EOF'],
  ['UND_ERR_CONNECT_TIMEOUT', 'APP_TIMEOUT'],
  ['UND_ERR_HEADERS_TIMEOUT', 'APP_TIMEOUT'],
  ['UND_ERR_BODY_TIMEOUT', 'APP_TIMEOUT'],
  ['UND_ERR_ABORTED', 'ECANCELED'],
  // .NET
  ['TaskCanceledException', 'ECANCELED'],
  ['OperationCanceledException', 'ECANCELED'],
  ['EndOfStreamException', 'EOF'],
  // databases
  ['ORA-03113', 'EOF'],
  ['ORA-03135', 'ECONNRESET'],
  ['ORA-12170', 'ETIMEDOUT'],
  ['ORA-12547', 'ECONNRESET'],
  ['ORA-12541', 'ECONNREFUSED'],
  ['TNS-12170', 'ETIMEDOUT'],
  ['TNS-12547', 'ECONNRESET'],
  // Chromium
  ['ERR_CONNECTION_ABORTED', 'ECONNABORTED'],
  ['ERR_CONNECTION_RESET', 'ECONNRESET'],
  ['ERR_CONNECTION_REFUSED', 'ECONNREFUSED'],
  ['ERR_CONNECTION_TIMED_OUT', 'ETIMEDOUT'],
  ['ERR_CONNECTION_CLOSED', 'EOF'],
  ['ERR_EMPTY_RESPONSE', 'EOF'],
  ['ERR_ADDRESS_UNREACHABLE', 'EHOSTUNREACH'],
]

/**
 * .NET's SocketError members, looked up behind `SocketErrorCode` or `SocketError.` only: bare, most of them are ordinary words.
 *
 * @see learn.microsoft.com, System.Net.Sockets.SocketError
 */
export const SOCKET_ERRORS: ReadonlyMap<string, CanonicalError> = new Map<string, CanonicalError>([
  ['ConnectionAborted', 'ECONNABORTED'],
  ['ConnectionReset', 'ECONNRESET'],
  ['ConnectionRefused', 'ECONNREFUSED'],
  ['TimedOut', 'ETIMEDOUT'],
  ['NetworkReset', 'ENETRESET'],
  ['NetworkDown', 'ENETDOWN'],
  ['NetworkUnreachable', 'ENETUNREACH'],
  ['HostDown', 'EHOSTDOWN'],
  ['HostUnreachable', 'EHOSTUNREACH'],
  ['NotConnected', 'ENOTCONN'],
  ['Shutdown', 'ESHUTDOWN'],
  ['OperationAborted', 'ECANCELED'],
  ['NoBufferSpaceAvailable', 'ENOBUFS'],
])

/** Identifiers, as written by the systems and runtimes; looked up whole, case ignored. */
export const NAMES: ReadonlyMap<string, NameMeaning> = buildNames()
