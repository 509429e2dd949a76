/** A picture of an option, made small enough to be a part of the form. */
const WIDTH = 480
const HEIGHT = 360
const LONGEST = 110_000

/** The middle of a picture file as a data address, or null for a file that is no picture. */
export async function pictureOf(file: File): Promise<string | null> {
  const source = await createImageBitmap(file).catch(() => null)
  if (!source) return null
  const scale = Math.max(WIDTH / source.width, HEIGHT / source.height)
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT })
  const paper = canvas.getContext('2d')
  if (!paper) return null
  const [width, height] = [source.width * scale, source.height * scale]
  paper.fillStyle = '#fff' // JPEG knows no transparency
  paper.fillRect(0, 0, WIDTH, HEIGHT)
  paper.drawImage(source, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height)
  for (const quality of [0.82, 0.7, 0.55, 0.4]) {
    const made = canvas.toDataURL('image/jpeg', quality)
    if (made.length <= LONGEST) return made
  }
  return null
}
