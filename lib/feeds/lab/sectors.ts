/** Sectors of the lab by their English and Chinese names. */
export const LAB_SECTORS: readonly { readonly en: string; readonly zh: string }[] = [
  { en: 'banks', zh: '银行' },
  { en: 'machinery', zh: '机械' },
  { en: 'medicine', zh: '医药' },
  { en: 'semiconductors', zh: '半导体' },
  { en: 'food', zh: '食品' },
  { en: 'property', zh: '地产' },
  { en: 'chemicals', zh: '化工' },
  { en: 'software', zh: '软件' },
  { en: 'steel', zh: '钢铁' },
  { en: 'brokers', zh: '证券' },
  { en: 'coal', zh: '煤炭' },
  { en: 'transport', zh: '运输' },
];
