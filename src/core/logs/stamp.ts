/** A time stamp as a log writes it: fields, before any zone, day order or year is decided. */
export interface Stamp {
  /** Where it stands in the text that was scanned: [start, end). */
  start: number
  end: number
  /** Seconds since the epoch, where the stamp says so itself (epoch, TAI64N, FILETIME); else undefined. */
  epochSeconds: number | undefined
  /** Four-digit year; undefined where the stamp has none. */
  year: number | undefined
  /** 1 … 12, and the day; 0 where the stamp is a time of day alone. */
  month: number
  day: number
  /** `month` and `day` were read month first, and the other order is a date too. */
  orderUnknown: boolean
  hour: number
  minute: number
  second: number
  nanoseconds: number
  /** What the last digit stands for: 1e9 for whole seconds, 1e6 for milliseconds. */
  resolutionNs: number
  /** Seconds east of Greenwich, where the stamp says so. */
  offsetSeconds: number | undefined
  /** Where the time of day stands, so that the next line's can be read without parsing; -1 where it cannot. */
  clockAt: number
  hourDigits: number
  fractionDigits: number
  /** Hours that `PM` (12) or `AM` (0) adds to the hour modulo 12; -1 on a 24-hour clock. */
  halfDayHours: number
}

/** Months by their first letters, lower case, in the languages Windows and Java write logs in; accents removed. */
const MONTHS = new Map<string, number>()
const MONTH_NAMES: readonly string[] = [
  'jan january januar janvier janv ene enero gen gennaio janeiro januari sty stycznia janv. ocak oca led ledna tammikuuta янв января',
  'feb february februar fevrier fevr fev febrero febbraio fevereiro februari lut lutego subat uno unora febr helmikuuta фев февр февраля',
  'mar march marz maerz mars marzo marco maart mrt marca mrz brezna bre marc maaliskuuta мар марта март',
  'apr april avril avr abr abril aprile kwi kwietnia nisan dub dubna huhtikuuta апр апреля',
  'may mai mayo maj maggio mag maio mei maja mayis kve kvetna toukokuuta май мая',
  'jun june juni juin junio giugno giu junho cze czerwca haziran cvn cervna kesakuuta июн июня',
  'jul july juli juil juillet julio luglio lug julho lip lipca temmuz cvc cervence heinakuuta июл июля',
  'aug august aout ago agosto augusti augustus sie sierpnia agustos srp srpna elokuuta авг августа',
  'sep sept september septembre septiembre settembre set setembro wrz wrzesnia eylul zar zari szept syyskuuta сен сент сентября',
  'oct oktober okt october octobre octubre ottobre ott out outubro paz pazdziernika ekim rij rijna lokakuuta окт октября',
  'nov november novembre noviembre novembro lis listopada kasim marraskuuta ноя нояб ноября',
  'dec dez december dezember decembre dic diciembre dicembre dezembro gru grudnia aralik prosince joulukuuta дек декабря',
]
MONTH_NAMES.forEach((names, index) => {
  for (const name of names.split(' ')) MONTHS.set(name, index + 1)
})

const CHINESE_MONTHS = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二']
const MAX_MONTH_NAME = 14
const PLAIN_LATIN: Record<string, string> = {
  à: 'a',
  á: 'a',
  â: 'a',
  ä: 'a',
  ç: 'c',
  é: 'e',
  è: 'e',
  ê: 'e',
  û: 'u',
  ü: 'u',
  ú: 'u',
  ó: 'o',
  ò: 'o',
  ś: 's',
  ź: 'z',
  ş: 's',
  ğ: 'g',
  ı: 'i',
  ě: 'e',
  ř: 'r',
  č: 'c',
  ž: 'z',
  í: 'i',
  ý: 'y',
}

/** 1 … 12, or 0 for a word that is no month. */
export function monthNamed(word: string): number {
  let plain = ''
  for (const letter of word.toLowerCase()) plain += PLAIN_LATIN[letter] ?? letter
  return MONTHS.get(plain) ?? 0
}

/** A cursor over one line's head. Every method is linear in what it consumes and consumes a bounded piece. */
export class StampCursor {
  readonly text: string
  at: number

  constructor(text: string, at: number) {
    this.text = text
    this.at = at
  }

  /** The code of the character at `at + ahead`; NaN at the end. */
  peek(ahead = 0): number {
    return this.text.charCodeAt(this.at + ahead)
  }

  /** How many digits follow, up to `max`. */
  digitsAhead(max: number): number {
    let count = 0
    while (count < max && isDigit(this.peek(count))) count++
    return count
  }

  /** A number of `min` to `max` digits, not followed by a further digit; undefined (and nothing consumed) otherwise. */
  number(min: number, max: number): number | undefined {
    const count = this.digitsAhead(max + 1)
    if (count < min || count > max) return undefined
    return this.fixed(count)
  }

  /** Exactly `count` digits, whatever follows. */
  fixed(count: number): number | undefined {
    if (this.digitsAhead(count) < count) return undefined
    let value = 0
    for (let i = 0; i < count; i++) value = value * 10 + this.peek(i) - 48
    this.at += count
    return value
  }

  /** Consumes one of the characters of `set`, and says which. */
  oneOf(set: string): string | undefined {
    const char = this.text[this.at]
    if (char === undefined || !set.includes(char)) return undefined
    this.at++
    return char
  }

  spaces(max = 4): number {
    let count = 0
    while (count < max && isSpace(this.peek())) {
      this.at++
      count++
    }
    return count
  }

  /** Letters (any script's) up to `max`, without consuming them. */
  letters(max: number): string {
    let end = this.at
    while (end - this.at < max && isLetter(this.text.charCodeAt(end))) end++
    return this.text.slice(this.at, end)
  }

  monthName(): number {
    const numbered = /^(?:(1[0-2]|[1-9])|(十[一二]?|[一二三四五六七八九]))[月월]/.exec(this.text.slice(this.at, this.at + 3))
    if (numbered) {
      this.at += numbered[0].length
      return Number(numbered[1] ?? CHINESE_MONTHS.indexOf(numbered[2] ?? '') + 1)
    }
    const word = this.letters(MAX_MONTH_NAME)
    const month = word.length >= 3 ? monthNamed(word) : 0
    if (month > 0) {
      this.at += word.length
      this.oneOf('.')
    }
    return month
  }
}

export const isDigit = (code: number): boolean => code >= 48 && code <= 57
export const isLetter = (code: number): boolean =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || (code >= 0xc0 && code < 0x2000)
export const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 0xa0 || code === 0x202f

export function emptyStamp(start: number): Stamp {
  return {
    start,
    end: start,
    epochSeconds: undefined,
    year: undefined,
    month: 0,
    day: 0,
    orderUnknown: false,
    hour: 0,
    minute: 0,
    second: 0,
    nanoseconds: 0,
    resolutionNs: 1e9,
    offsetSeconds: undefined,
    clockAt: -1,
    hourDigits: 0,
    fractionDigits: 0,
    halfDayHours: -1,
  }
}
