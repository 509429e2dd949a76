/** The table of provinces, cities and counties as the server sends it (`platform/definitions/fields/divisions.py`). */
export interface Division {
  code: string
  name: string
  english?: string
  below: Division[]
}

const known = new Map<string, Promise<Division[]>>()

/** Fetch the table once; a failure is forgotten, so that the next one asks again. */
export function loadDivisions(address = '/divisions.txt'): Promise<Division[]> {
  const reading =
    known.get(address) ??
    fetch(address).then(async (answer) => {
      if (!answer.ok) throw new Error(String(answer.status))
      return readDivisions(await answer.text())
    })
  known.set(address, reading)
  reading.catch(() => known.delete(address))
  return reading
}

/** A line is a province (two digits, name, English name) or a city (four digits, name, its counties). */
export function readDivisions(text: string): Division[] {
  const provinces: Division[] = []
  for (const line of text.split('\n')) {
    const [digits = '', name = '', ...rest] = line.split(' ')
    if (digits.length === 2) provinces.push({ code: `${digits}0000`, name, english: rest.join(' '), below: [] })
    else if (digits) provinces.at(-1)?.below.push({ code: `${digits}00`, name, below: rest.map((one) => ({ code: digits + one.slice(0, 2), name: one.slice(2), below: [] })) })
  }
  return provinces
}
