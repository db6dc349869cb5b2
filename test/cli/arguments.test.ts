import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../src/cli/arguments.ts'

const OPTIONS = [
  { name: 'at', value: 'T', says: '' },
  { name: 'timezone', value: 'TZ', says: '' },
  { name: 'output', value: 'OUT', letter: 'o', says: '' },
  { name: 'json', says: '' },
]
const parse = (line: string) => parseArguments(line.split(' '), OPTIONS)

describe('parseArguments', () => {
  it.each([
    ['--at 10:00 a.pcap', 'at', '10:00', ['a.pcap']],
    ['--at=10:00 a.pcap', 'at', '10:00', ['a.pcap']],
    ['a.pcap --at 10:00', 'at', '10:00', ['a.pcap']],
    ['--timezone -05:00 a.log', 'timezone', '-05:00', ['a.log']],
    ['--timezone=-05:00 a.log', 'timezone', '-05:00', ['a.log']],
    ['-o out.json a.log', 'output', 'out.json', ['a.log']],
    ['-o - a.log', 'output', '-', ['a.log']],
    ['--at 1 --at 2 a.log', 'at', '2', ['a.log']],
    ['--at 1 -- --json -x', 'at', '1', ['--json', '-x']],
  ])('%s: %s is %s', (line, name, value, files) => {
    expect(parse(line).text(name)).toBe(value)
    expect(parse(line).files).toEqual(files)
  })

  it('knows a switch that was given', () => {
    expect(parse('--json a').has('json')).toBe(true)
    expect(parse('a').has('json')).toBe(false)
  })

  it.each([
    ['--att 1', 'there is no option --att; did you mean --at?'],
    ['--timzone 1', 'there is no option --timzone; did you mean --timezone?'],
    ['-x', 'there is no option -x'],
    ['--at', '--at needs a value: --at T'],
    ['--at --json', '--at needs a value: --at T'],
    ['--json=yes', '--json takes no value'],
  ])('%s is refused: %s', (line, message) => {
    expect(() => parse(line)).toThrow(message)
  })
})
