/** Flags of the `hindcast data` commands. */

export interface StoreFlags {
  readonly store?: string;
}

export interface FetchFlags extends StoreFlags {
  readonly source?: string[];
  readonly symbols: string;
  readonly from: string;
  readonly to: string;
  /** Minutes. */
  readonly interval?: string;
  readonly offline?: boolean;
}

export interface CheckFlags extends StoreFlags {
  readonly symbols?: string;
  readonly live?: string[];
}

export interface ImportFlags extends StoreFlags {
  readonly replace?: boolean;
  readonly symbol?: string;
  readonly volumeUnit?: 'shares' | 'lots';
  readonly barStamp?: 'start' | 'end';
}
