/**
 * Ports that a service listens on (IANA registrations of printing and of what runs beside it). Used only to tell the two
 * sides apart when no SYN was seen, and to name the service.
 */
const SERVICES = new Map<number, string>([
  [20, 'ftp-data'],
  [21, 'ftp'],
  [22, 'ssh'],
  [23, 'telnet'],
  [25, 'smtp'],
  [53, 'domain'],
  [67, 'bootps'],
  [69, 'tftp'],
  [80, 'http'],
  [88, 'kerberos'],
  [110, 'pop3'],
  [111, 'sunrpc'],
  [123, 'ntp'],
  [135, 'epmap'],
  [137, 'netbios-ns'],
  [138, 'netbios-dgm'],
  [139, 'netbios-ssn'],
  [143, 'imap'],
  [161, 'snmp'],
  [162, 'snmptrap'],
  [179, 'bgp'],
  [389, 'ldap'],
  [427, 'svrloc'],
  [443, 'https'],
  [445, 'microsoft-ds'],
  [465, 'submissions'],
  [502, 'modbus'],
  [514, 'shell'],
  [515, 'printer'],
  [587, 'submission'],
  [631, 'ipp'],
  [636, 'ldaps'],
  [993, 'imaps'],
  [995, 'pop3s'],
  [1080, 'socks'],
  [1194, 'openvpn'],
  [1433, 'ms-sql-s'],
  [1521, 'oracle'],
  [1701, 'l2tp'],
  [1723, 'pptp'],
  [1883, 'mqtt'],
  [1900, 'ssdp'],
  [2049, 'nfs'],
  [3268, 'msft-gc'],
  [3306, 'mysql'],
  [3389, 'ms-wbt-server'],
  [3702, 'ws-discovery'],
  [3910, 'prnrequest'],
  [3911, 'prnstatus'],
  [4789, 'vxlan'],
  [5060, 'sip'],
  [5222, 'xmpp-client'],
  [5353, 'mdns'],
  [5355, 'llmnr'],
  [5357, 'wsd'],
  [5432, 'postgresql'],
  [5900, 'rfb'],
  [5985, 'wsman'],
  [6081, 'geneve'],
  [6101, 'zebra-raw'],
  [6379, 'redis'],
  [6667, 'ircd'],
  [8000, 'http-alt'],
  [8008, 'http-alt'],
  [8080, 'http-alt'],
  [8081, 'http-alt'],
  [8443, 'https-alt'],
  [9100, 'pdl-datastream'],
  [9101, 'pdl-datastream'],
  [9102, 'pdl-datastream'],
  [9200, 'zebra-json'],
  [9600, 'micromuse-ncpw'],
  [27017, 'mongodb'],
])

/** The service registered for a port, or undefined. */
export const serviceOf = (port: number): string | undefined => SERVICES.get(port)

/**
 * Which of two ports belongs to a service: 'first', 'second', or 'neither' when the ports do not tell. Of two known ones the
 * lower is the likelier listener.
 */
export function serviceSide(first: number, second: number): 'first' | 'second' | 'neither' {
  const firstKnown = SERVICES.has(first)
  const secondKnown = SERVICES.has(second)
  if (firstKnown && secondKnown) return first === second ? 'neither' : first < second ? 'first' : 'second'
  if (firstKnown) return 'first'
  return secondKnown ? 'second' : 'neither'
}
