import { html, visible } from './report-escape.ts'

/** Characters that take two columns in the fonts of a browser: East Asian wide ones and emoji. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\uFF00-\uFF60]/u

const columnsOf = (char: string): number => (WIDE.test(char) ? 2 : 1)

/** `said` in at most `lines` lines of at most `columns` columns, broken between words where one ends near; what is too much ends in `…`. */
export function wrapText(said: string, columns: number, lines: number): string[] {
  const out: string[] = []
  let line = ''
  let width = 0
  const chars = [...visible(said)]
  for (const [i, char] of chars.entries()) {
    if (width + columnsOf(char) > columns) {
      if (out.length === lines - 1) return [...out, `${[...line].slice(0, -1).join('').trimEnd()}…`]
      const space = char === ' ' ? line.length : line.lastIndexOf(' ')
      const keep = space > line.length * 0.4 ? space : line.length
      out.push(line.slice(0, keep).trimEnd())
      line = line.slice(keep).trimStart()
      width = [...line].reduce((sum, kept) => sum + columnsOf(kept), 0)
    }
    if (line !== '' || char !== ' ' || i === 0) {
      line += char
      width += columnsOf(char)
    }
  }
  return line === '' ? out : [...out, line]
}

/** An SVG text element. `className` names the style sheet's; a text's y is its baseline. */
export function svgText(x: number, y: number, said: string, className: string): string {
  return `<text x="${round(x)}" y="${round(y)}" class="${className}">${html(said)}</text>`
}

/** Lines of text, `leading` pixels apart, the first on `y`. */
export function svgLines(x: number, y: number, lines: readonly string[], className: string, leading: number): string {
  return lines.map((line, i) => svgText(x, y + i * leading, line, className)).join('')
}

export const svgLine = (x1: number, y1: number, x2: number, y2: number, className: string): string =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${className}"/>`

export const svgRect = (x: number, y: number, width: number, height: number, radius: number, className: string): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}" class="${className}"/>`

export const svgPath = (d: string, className: string): string => `<path d="${d}" class="${className}"/>`

/** Coordinates to a tenth of a pixel: enough, short, and the same on every platform. */
export const round = (value: number): number => Math.round(value * 10) / 10
