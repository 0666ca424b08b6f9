/** The hours within which something may leave: whose clock counts, and what is narrowed there. As `after_closed_hours` reads it. */
export interface SendWindow {
  /** `contact`, `tenant`, or a zone's name. */
  zone: string;
  days?: readonly string[] | undefined;
  from?: string | undefined;
  to?: string | undefined;
}
