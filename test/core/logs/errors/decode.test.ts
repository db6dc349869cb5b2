import { describe, expect, it } from 'vitest'
import { CANONICAL_ERRORS, MEANINGS } from '../../../../src/core/logs/errors/canonical.ts'
import { decodeErrors, lookUpErrors } from '../../../../src/core/logs/errors/decode.ts'
import { mayReportError } from '../../../../src/core/logs/errors/sieve.ts'
import { WORDINGS } from '../../../../src/core/logs/errors/wording.ts'

const ROWS: readonly (readonly [text: string, canonical: string | undefined, code?: string | undefined])[] = [
  // Loftware, Winsock
  [
    '(M1556) Software caused the connection to abort. (Possible Communications/Device Timeout). WSA error 10053',
    'ECONNABORTED',
    'WSAECONNABORTED 10053',
  ],
  ['(M1556) Software caused the connection to abort. WSA error 10054', 'ECONNRESET', 'WSAECONNRESET 10054'],
  ['(M1556)', 'ECONNABORTED', 'M1556'],
  ['send failed: WSAETIMEDOUT (10060)', 'ETIMEDOUT', 'WSAETIMEDOUT 10060'],
  ['[WinError 10061] x', 'ECONNREFUSED', 'WSAECONNREFUSED 10061'],
  ['Socket Error # 10065', 'EHOSTUNREACH', 'WSAEHOSTUNREACH 10065'],
  ['Winsock-Fehler: 10051', 'ENETUNREACH'],
  ['WSAEACCES (10013)', 'EACCES'],
  ['SocketErrorCode=10050', undefined],
  // .NET
  ['System.IO.IOException: (SocketErrorCode ConnectionReset, 10054)', 'ECONNRESET', 'SocketError.ConnectionReset'],
  ['SocketError.TimedOut', 'ETIMEDOUT', 'SocketError.TimedOut'],
  ['the page TimedOut', undefined],
  // W3C logs write a plus sign for a space
  ['E+failed:+An+existing+connection+was+forcibly+closed+by+the+remote+host.', 'ECONNRESET'],
  // a program's own timer
  ['ERROR job 9 failed: device did not answer in time, job cancelled', 'APP_TIMEOUT'],
  ['the device did not answer in time and was asked again', undefined],
  // Win32, NTSTATUS, HRESULT
  ['failed with error 64', 'ECONNRESET', 'ERROR_NETNAME_DELETED 64'],
  ['Win32 error 121', 'ETIMEDOUT'],
  ['status 0xC0000241', 'ECONNABORTED', 'STATUS_CONNECTION_ABORTED 0xC0000241'],
  ['hr=80072746', 'ECONNRESET', 'WSAECONNRESET 10054 (0x80072746)'],
  ['0x800704d4', 'ECONNABORTED'],
  // errno
  ['send to 10.0.0.9:9100 failed: errno=104', 'ECONNRESET', 'ECONNRESET 104'],
  ['[Errno 54] Connection reset by peer', 'ECONNRESET', 'ECONNRESET 54'],
  ['Connection reset by peer (os error 104)', 'ECONNRESET', 'ECONNRESET 104'],
  ['recv() failed (104: Connection reset by peer) while reading', 'ECONNRESET', 'ECONNRESET 104'],
  ['errno 131', 'ECONNRESET', 'ECONNRESET 131'],
  ['errno=113', 'EHOSTUNREACH'],
  // Java
  ['java.net.SocketException: Software caused connection abort: socket write error', 'ECONNABORTED'],
  ['java.net.SocketException: Connection reset', 'ECONNRESET'],
  ['java.net.SocketException: Broken pipe (Write failed)', 'EPIPE'],
  ['java.net.NoRouteToHostException: No route to host', 'EHOSTUNREACH'],
  ['java.net.ConnectException: Connection refused', 'ECONNREFUSED'],
  ['java.net.ConnectException: Connection timed out', 'ETIMEDOUT'],
  ['java.net.SocketTimeoutException: Read timed out', 'APP_TIMEOUT'],
  ['java.net.SocketTimeoutException: connect timed out', 'APP_TIMEOUT'],
  ['java.net.SocketException: Socket closed', 'ECANCELED'],
  ['java.net.SocketException: Unexpected end of file from server', 'EOF'],
  ['java.net.SocketException: Permission denied', 'EACCES'],
  // .NET
  [
    'Unable to write data to the transport connection: An established connection was aborted by the software in your host machine.',
    'ECONNABORTED',
  ],
  ['Unable to read data from the transport connection: An existing connection was forcibly closed by the remote host.', 'ECONNRESET'],
  // Python
  ["ConnectionAbortedError(10053, 'x')", 'ECONNABORTED', 'WSAECONNABORTED 10053'],
  ['socket.timeout: timed out', 'APP_TIMEOUT'],
  ["('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))", 'EOF'],
  ["('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))", 'ECONNRESET'],
  // Node, axios, undici
  ['Error: read ECONNRESET', 'ECONNRESET'],
  ['Error: socket hang up', 'EOF'],
  ['connect ETIMEDOUT 10.0.0.9:9100', 'ETIMEDOUT'],
  ['AxiosError: timeout of 5000ms exceeded, code: ECONNABORTED', 'APP_TIMEOUT'],
  ['UND_ERR_SOCKET other side closed', 'EOF'],
  // Go
  ['read tcp 10.0.0.5:1->10.0.0.9:9100: read: connection reset by peer', 'ECONNRESET'],
  ['wsarecv: An existing connection was forcibly closed by the remote host.', 'ECONNRESET'],
  ['dial tcp 10.0.0.9:9100: i/o timeout', 'APP_TIMEOUT'],
  ['use of closed network connection', 'ECANCELED'],
  // curl, CUPS, databases
  ['curl: (56) Recv failure: Connection reset by peer', 'ECONNRESET'],
  ['curl: (52) Empty reply from server', 'EOF'],
  ['[Job 23149] Unable to send print file to printer: Connection reset by peer', 'ECONNRESET'],
  ['ORA-03113: end-of-file on communication channel', 'EOF'],
  ['server closed the connection unexpectedly', 'EOF'],
  // the languages Windows ships
  ['Eine bestehende Verbindung wurde softwaregesteuert\r\ndurch den Hostcomputer abgebrochen', 'ECONNABORTED'],
  ['Eine vorhandene Verbindung wurde vom Remotehost geschlossen', 'ECONNRESET'],
  ['Une connexion établie a été abandonnée par un logiciel de votre ordinateur hôte', 'ECONNABORTED'],
  ['Une connexion existante a dû être fermée par l’hôte distant', 'ECONNRESET'],
  ['Se ha anulado una conexión establecida por el software en su equipo host', 'ECONNABORTED'],
  ['Connessione interrotta dal software del computer host', 'ECONNABORTED'],
  ['Uma conexão estabelecida foi anulada pelo software no computador host', 'ECONNABORTED'],
  ['Een bestaande verbinding is geforceerd gesloten door de externe host', 'ECONNRESET'],
  ['Istniejące połączenie zostało gwałtownie zamknięte przez zdalnego hosta', 'ECONNRESET'],
  ['確立された接続がホスト コンピューターのソウトウェアによって中止されました', 'ECONNABORTED'],
  ['Программа на вашем хост-компьютере разорвала установленное подключение', 'ECONNABORTED'],
  ['Удаленный хост принудительно разорвал существующее подключение', 'ECONNRESET'],
  ['En befintlig anslutning tvingades att stänga av fjärrvärddatorn', 'ECONNRESET'],
  ['Stávající připojení bylo vynuceně ukončeno vzdáleným hostitelem', 'ECONNRESET'],
  ['Varolan bir bağlantı uzaktaki bir ana bilgisayar tarafından zorla kapatıldı', 'ECONNRESET'],
  ['既存の接続はリモート ホストに強制的に切断されました', 'ECONNRESET'],
  ['远程主机强迫关闭了一个现有的连接', 'ECONNRESET'],
  ['連線已被您主機上的軟體中止', 'ECONNABORTED'],
  ['현재 연결은 원격 호스트에 의해 강제로 끊겼습니다', 'ECONNRESET'],
  // no errors
  ['status query: READY, code=10001', undefined],
  ['job 10053 sent, 104 pages, status OK', undefined],
  ['spooler: 10054 MB free', undefined],
  ['W LBL-7 device reports code 10054 media mismatch', undefined],
  ['E LBL-7 send failed, code 10054', 'ECONNRESET'],
  ['connected to 10.0.0.9:10054', undefined],
  ['paper tray 2 nearly empty', undefined],
  ['exit code 104', undefined],
  ['Program kullanıcı tarafından zorla kapatıldı', undefined],
  ['Versionen av programvaran i vår miljö', undefined],
  ['[13:04:22] idle', undefined],
  ['INFO job 7 done, socket closed', undefined],
  ['ERROR job 7: connection closed by peer', 'EOF'],
]

describe('decodeErrors', () => {
  it.each(ROWS.map(([text, canonical, code]) => [text, canonical, code] as const))('%s → %s', (text, canonical, code) => {
    const [error] = decodeErrors(text)
    expect(error?.canonical).toBe(canonical)
    if (code !== undefined) expect(error?.codes[0]).toBe(code)
  })

  it.each(ROWS.filter(([, canonical]) => canonical !== undefined).map(([text]) => text))('the sieve lets %s through', (text) => {
    expect(mayReportError(text)).toBe(true)
  })

  it('the sieve lets every wording through', () => {
    const missed = WORDINGS.filter(({ phrase }) => !mayReportError(phrase))
    expect(missed).toEqual([])
  })

  it('a wrapper alone is an error, marked as one', () => {
    expect(decodeErrors("('Connection aborted.',")).toMatchObject([{ canonical: 'ECONNABORTED', isWrapper: true }])
  })

  it('a number that means different things on different systems says so', () => {
    expect(decodeErrors('errno=107')[0]?.ambiguities.map(({ platform, name }) => `${platform} ${name}`)).toEqual([
      'Linux ENOTCONN',
      'Windows C runtime ECONNREFUSED',
    ])
  })

  it('every canonical error says what it proves and what not', () => {
    for (const canonical of CANONICAL_ERRORS)
      expect(MEANINGS[canonical].proves.length * MEANINGS[canonical].doesNotProve.length).toBeGreaterThan(0)
  })

  it('looks at the first 16 KiB of a text alone', () => {
    const nearMisses = 'error error errno (((((( wsa '
    expect(decodeErrors(`${nearMisses.repeat(500)} WSA error 10053`)).toHaveLength(1)
    expect(decodeErrors(`${nearMisses.repeat(40_000)} WSA error 10053`)).toEqual([])
  })
})

describe('lookUpErrors', () => {
  it('a bare 104 gives its meaning, and the numbers the same error has on every platform', () => {
    const { errors } = lookUpErrors('104')
    expect(errors[0]).toMatchObject({ canonical: 'ECONNRESET', codes: ['ECONNRESET 104'] })
    expect(errors[0]?.platforms.map(({ platform, name }) => `${platform}: ${name}`)).toEqual(
      expect.arrayContaining([
        'Linux: ECONNRESET 104',
        'macOS and BSD: ECONNRESET 54',
        'Solaris: ECONNRESET 131',
        'Windows: WSAECONNRESET 10054',
      ]),
    )
  })

  it.each([
    ['110', ['ETIMEDOUT', 'EHOSTUNREACH']],
    ['64', ['ECONNRESET', 'EHOSTDOWN']],
    ['-4077', ['ECONNRESET']],
    ['-104', ['ECONNRESET']],
    ['10053', ['ECONNABORTED']],
    ['0x80072745', ['ECONNABORTED']],
    ['M1556', ['ECONNABORTED']],
    ['wsaeconnreset', ['ECONNRESET']],
    ['Connection reset by peer', ['ECONNRESET']],
    ['hello', []],
  ])('%s → %s', (query, canonicals) => {
    expect(lookUpErrors(query).errors.map(({ canonical }) => canonical)).toEqual(canonicals)
  })
})
