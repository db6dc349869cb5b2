/** Whom to listen to: what the commands are filled in with. */
export interface CaptureTarget {
  readonly peer: string
  /** The peer's port; undefined: any. */
  readonly port: number | undefined
  /** Minutes that must stay on disk, looking back from the error. */
  readonly minutes: number
}

/** One way to capture: tool, when to take it, and lines to copy. */
export interface CaptureRecipe {
  readonly id: string
  readonly system: 'windows' | 'linux'
  readonly title: string
  readonly when: string
  readonly steps: readonly { readonly says: string; readonly command: string }[]
}

/** Minutes in one file of a ring: short enough to send one, long enough that a whole job fits. */
const MINUTES_PER_FILE = 5

/** Libpcap filter language: the peer's packets on every port would do, but ARP and ICMP are what a port filter forgets. */
function filterOf({ peer, port }: CaptureTarget): string {
  const talk = port === undefined ? `host ${peer}` : `(host ${peer} and tcp port ${port})`
  return `${talk} or (arp or icmp or icmp6)`
}

const dumpcap = (target: CaptureTarget, device: string, path: string): string =>
  `dumpcap -i ${device} -f "${filterOf(target)}" -b duration:${MINUTES_PER_FILE * 60} -b files:${filesIn(target)} -w ${path}`

const filesIn = ({ minutes }: CaptureTarget): number => Math.max(2, Math.ceil(minutes / MINUTES_PER_FILE) + 1)

const CLOCK_WINDOWS = { says: 'Check that the clock is right, and note what it says', command: 'w32tm /query /status' }
const CLOCK_LINUX = { says: 'Check that the clock is right, and note what it says', command: 'chronyc tracking || timedatectl' }

/** @see https://learn.microsoft.com/windows-server/networking/technologies/pktmon/pktmon */
function pktmon(target: CaptureTarget): CaptureRecipe {
  const port = target.port === undefined ? '' : ` -p ${target.port}`
  return {
    id: 'pktmon',
    system: 'windows',
    title: 'Windows, nothing to install: pktmon',
    when: 'Windows Server 2022, Windows 10 (2004) or later. As administrator.',
    steps: [
      CLOCK_WINDOWS,
      {
        says: 'Start; it overwrites the oldest when the file is full',
        command: [
          'pktmon filter remove',
          `pktmon filter add hangup-tcp -i ${target.peer} -t TCP${port}`,
          `pktmon filter add hangup-icmp -t ${target.peer.includes(':') ? 'ICMPv6' : 'ICMP'}`,
          'pktmon filter add hangup-arp -d ARP',
          'pktmon start --capture --comp nics --pkt-size 0 --file-name C:\\hangup.etl --file-size 512 --log-mode circular',
        ].join('\n'),
      },
      {
        says: 'Soon after the error: stop and convert',
        command: 'pktmon stop\npktmon etl2pcap C:\\hangup.etl --out C:\\hangup.pcapng\npktmon filter remove',
      },
    ],
  }
}

/** @see https://learn.microsoft.com/windows-server/administration/windows-commands/netsh-trace */
function netshTrace(target: CaptureTarget): CaptureRecipe {
  const family = target.peer.includes(':') ? 'IPv6' : 'IPv4'
  return {
    id: 'netsh',
    system: 'windows',
    title: 'Older Windows: netsh trace',
    when: 'Windows 7 / Server 2008 R2 and later. As administrator. Also records what the Windows stack thought.',
    steps: [
      CLOCK_WINDOWS,
      {
        says: 'Start',
        command: `netsh trace start scenario=NetConnection capture=yes ${family}.Address=${target.peer} maxsize=512 filemode=circular overwrite=yes tracefile=C:\\hangup.etl`,
      },
      { says: 'Soon after the error: stop', command: 'netsh trace stop' },
      {
        says: 'Convert on any newer Windows (or with Microsoft’s etl2pcapng)',
        command: 'pktmon etl2pcap C:\\hangup.etl --out C:\\hangup.pcapng',
      },
    ],
  }
}

/** @see https://www.wireshark.org/docs/man-pages/dumpcap.html */
function windowsRing(target: CaptureTarget): CaptureRecipe {
  return {
    id: 'dumpcap',
    system: 'windows',
    title: 'Waiting for days: dumpcap ring buffer',
    when: 'Comes with Wireshark. For an error that happens once a week: old files are deleted by themselves.',
    steps: [
      CLOCK_WINDOWS,
      { says: 'See the number of the network adapter', command: 'dumpcap -D' },
      { says: 'Start, with that number for the 1', command: dumpcap(target, '1', 'C:\\captures\\hangup.pcapng') },
      { says: 'Soon after the error: stop with Ctrl+C. Send the files whose times are round the error; several are fine', command: '' },
    ],
  }
}

/** @see https://www.tcpdump.org/manpages/tcpdump.1.html (-C with -W is a ring) */
function tcpdump(target: CaptureTarget): CaptureRecipe {
  return {
    id: 'tcpdump',
    system: 'linux',
    title: 'Linux: tcpdump',
    when: 'As root. A ring of twenty files of 100 MB.',
    steps: [
      CLOCK_LINUX,
      { says: 'Start', command: `sudo tcpdump -i any -nn -s 0 -C 100 -W 20 -w /var/tmp/hangup.pcap '${filterOf(target)}'` },
      { says: 'Soon after the error: stop with Ctrl+C', command: 'ls -lt --full-time /var/tmp/hangup.pcap*' },
    ],
  }
}

function linuxRing(target: CaptureTarget): CaptureRecipe {
  return {
    id: 'dumpcap-linux',
    system: 'linux',
    title: 'Linux, waiting for days: dumpcap ring buffer',
    when: 'From the package wireshark-common (Debian, Ubuntu) or wireshark-cli (Red Hat).',
    steps: [CLOCK_LINUX, { says: 'Start', command: dumpcap(target, 'any', '/var/tmp/hangup.pcapng') }],
  }
}

/** All ways to capture what decides, filled in, the easiest first. */
export const captureRecipes = (target: CaptureTarget): readonly CaptureRecipe[] =>
  [pktmon, netshTrace, windowsRing, tcpdump, linuxRing].map((recipe) => recipe(target))
