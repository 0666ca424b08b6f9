/** What the account has, by name. What is left out is not asked about. */
export interface Facts {
  tags?: ReadonlySet<string> | undefined;
  /** Keys of own fields, without `fields.`. */
  fields?: ReadonlySet<string> | undefined;
  /** Ids and names. */
  stages?: ReadonlySet<string> | undefined;
  /** Keys and ids. */
  assets?: ReadonlySet<string> | undefined;
  segments?: ReadonlySet<string> | undefined;
  /** Keys of workflows that can be enrolled in. */
  workflows?: ReadonlySet<string> | undefined;
  members?: ReadonlySet<string> | undefined;
  /** By key: the words of each. */
  templates?: ReadonlyMap<string, string> | undefined;
}
