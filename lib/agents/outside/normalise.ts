/** Text from outside in one plain form: what looks the same reads the same, and nothing is hidden in it. */

/** Zero-width, bidirectional, joining, filling, tagging and variation characters: they show nothing and can say everything. */
const INVISIBLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: these are taken out one by one.
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
/** Control and private-use characters. */
const CONTROLS = /[\p{Cc}\p{Co}]/gu;

/** Cyrillic, Greek and other letters that look like Latin ones (Unicode's confusables.txt, those of one letter). */
const LOOKALIKES: Readonly<Record<string, string>> = Object.fromEntries(
  (
    [
      ['АВЕЅІЈКМНОРСТУХ', 'ABESIJKMHOPCTYX'],
      ['аеіјорсѕухһԁԛԝӏ', 'aeijopcsyxhdqwl'],
      ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
      ['αγιονρυϲ', 'ayiovpuc'],
      ['ԌԚԜӀЅ', 'GQWlS'],
      ['ɑɡıʟοօսԍȷ', 'agiLooucj'],
      ['ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ', 'ABCDEGHJKLMPRSTVWZ'],
    ] as const
  ).flatMap(([from, to]) => {
    const [odd, plain] = [[...from], [...to]];
    return odd.map((letter, i) => [letter, plain[i]!] as const);
  }),
);
const LOOKALIKE = new RegExp(`[${Object.keys(LOOKALIKES).join('')}]`, 'gu');

/** NFKC, nothing invisible, lookalikes as Latin letters, one space between words. */
export function normaliseOutside(text: string): string {
  return text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(CONTROLS, ' ')
    .replace(LOOKALIKE, (letter) => LOOKALIKES[letter]!)
    .replace(/\s+/g, ' ')
    .trim();
}
