-- A workflow's texts and calls leave within its hours, also those that the carrier wants tried again, that waited for their account's
-- pace, or that no worker was there for.

-- {"zone": "contact", "tenant" or a name, "days", "from", "to"}; null: at any hour.
alter table messages add column send_window jsonb;
alter table calls add column send_window jsonb;

-- `at`, or when the window opens next on that clock, as nextOpening in contract/workflow/time.ts has it; for a time that a clock's
-- jump leaves out, or shows twice, it may be an hour off, and whoever waits for it asks again. One that never opens is asked about
-- in a week.
create function after_closed_hours(at timestamptz, zone text, fallback text, hours jsonb) returns timestamptz
language plpgsql stable as $$
declare
  here timestamp := local_time(at, zone, fallback);
  opens interval := coalesce(hours ->> 'from', '00:00')::interval;
  closes interval := coalesce(hours ->> 'to', '24:00')::interval;
  day timestamp;
  opening timestamptz;
begin
  -- one that ends before it begins goes on to the next day, which need not be one of its days
  if closes < opens then closes := closes + interval '24 hours'; end if;
  if closes = opens then return at + interval '7 days'; end if;
  for ahead in -1..7 loop
    day := here::date + ahead;
    if hours -> 'days' is not null
      and not hours -> 'days' ? (array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow from day)]
    then continue; end if;
    if here >= day + closes then continue; end if;
    if here >= day + opens then return at; end if;
    opening := at + (day + opens - here);
    -- the clock has jumped in between
    return opening + (day + opens - local_time(opening, zone, fallback));
  end loop;
  return at + interval '7 days';
end $$;
