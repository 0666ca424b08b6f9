/** A round of a trigger that time sets off: as of one moment, in pieces of one transaction each. */
export interface Round {
  /** Until when the last round saw to it. */
  since: Date;
  /** As of when this one does, whenever its pieces run. */
  now: Date;
  /** The last contact of the piece before. */
  after: string | null;
  tenantZone: string;
}

export interface Found {
  contact_id: string;
  source_key: string;
}
