-- Everybody by name, for a table of people: a page anywhere is a range of this index. People without a name come after all
-- names (U+10FFFF sorts last, byte by byte). `contacts_by_name` stays for the search, which wants names only.
create index contacts_in_order on contacts (tenant_id, coalesce(name_key, U&'\+10FFFF'), contact_id)
  where merged_into is null;
