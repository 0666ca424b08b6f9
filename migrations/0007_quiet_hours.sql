-- Quiet hours by state, as data: when marketing may be sent, on the recipient's own clock. The federal rule (47 CFR
-- 64.1200(c)(1)) is the row of state ''; a state's own row goes before it. Taken in November 2026 from tables that vendors
-- publish (support.referrizer.com, dropcowboy.com/state-compliance), which disagree in places; of two readings the
-- stricter one stands here. Not legal advice: the owner of the schema may change rows, and every claim reads them.
create table quiet_hours (
  state   text collate "C" not null check (state ~ '^([A-Z]{2})?$'),
  -- as people write it, in capitals
  name    text collate "C" not null,
  -- ISO: 1 is Monday
  weekday smallint not null check (weekday between 1 and 7),
  -- null: nothing may be sent all day
  opens   time,
  closes  time,
  primary key (state, weekday),
  check ((opens is null) = (closes is null) and (opens is null or opens < closes))
);
grant select on quiet_hours to :app_role;

insert into quiet_hours (state, name, weekday, opens, closes)
select state, name, weekday, opens::time, closes::time
from (values
  ('',   'FEDERAL',       '{1,2,3,4,5,6,7}'::smallint[], '08:00', '21:00'),
  ('AL', 'ALABAMA',       '{1,2,3,4,5,6}',   '08:00', '20:00'),
  ('AL', 'ALABAMA',       '{7}',             null,    null),
  ('CT', 'CONNECTICUT',   '{1,2,3,4,5,6,7}', '09:00', '20:00'),
  ('FL', 'FLORIDA',       '{1,2,3,4,5,6,7}', '08:00', '20:00'),
  ('KY', 'KENTUCKY',      '{1,2,3,4,5,6,7}', '10:00', '21:00'),
  ('LA', 'LOUISIANA',     '{1,2,3,4,5,6}',   '08:00', '20:00'),
  ('LA', 'LOUISIANA',     '{7}',             null,    null),
  ('MA', 'MASSACHUSETTS', '{1,2,3,4,5,6,7}', '08:00', '20:00'),
  ('MD', 'MARYLAND',      '{1,2,3,4,5,6,7}', '08:00', '20:00'),
  ('MI', 'MICHIGAN',      '{1,2,3,4,5,6,7}', '09:00', '21:00'),
  ('MN', 'MINNESOTA',     '{1,2,3,4,5,6,7}', '09:00', '21:00'),
  ('MS', 'MISSISSIPPI',   '{1,2,3,4,5,6}',   '08:00', '20:00'),
  ('MS', 'MISSISSIPPI',   '{7}',             null,    null),
  ('NJ', 'NEW JERSEY',    '{1,2,3,4,5,6,7}', '08:00', '20:00'),
  ('NM', 'NEW MEXICO',    '{1,2,3,4,5,6,7}', '09:00', '21:00'),
  ('NV', 'NEVADA',        '{1,2,3,4,5,6,7}', '09:00', '20:00'),
  ('OK', 'OKLAHOMA',      '{1,2,3,4,5,6,7}', '08:00', '20:00'),
  ('RI', 'RHODE ISLAND',  '{1,2,3,4,5}',     '09:00', '18:00'),
  ('RI', 'RHODE ISLAND',  '{6}',             '10:00', '17:00'),
  ('RI', 'RHODE ISLAND',  '{7}',             null,    null),
  ('TX', 'TEXAS',         '{1,2,3,4,5,6}',   '09:00', '21:00'),
  ('TX', 'TEXAS',         '{7}',             '12:00', '21:00')
) as rules (state, name, weekdays, opens, closes)
cross join unnest(weekdays) as weekday;

-- When a marketing text may go out: at once inside the window of the recipient's state and clock, else when the next one
-- opens. The difference of two local times is exact except across a clock change in the night, where the claim judges
-- again when the moment has come.
drop function after_quiet_hours(timestamptz, text, text);
create function after_quiet_hours(at timestamptz, zone text, fallback text, residence text) returns timestamptz
  language plpgsql stable as $$
declare
  here timestamp := local_time(at, zone, fallback);
  today date := here::date;
  wanted text := upper(btrim(coalesce(residence, '')));
  rule record;
begin
  for ahead in 0..7 loop
    select q.opens, q.closes into rule from quiet_hours q
    where q.weekday = extract(isodow from today + ahead) and (q.state in (wanted, '') or q.name = wanted)
    order by q.state = '' limit 1;
    if rule.opens is null or here >= today + ahead + rule.closes then continue; end if;
    if here >= today + ahead + rule.opens then return at; end if;
    return at + (today + ahead + rule.opens - here);
  end loop;
  -- only rows that somebody has emptied lead here: better a week late than in the night
  return at + interval '7 days';
end $$;
