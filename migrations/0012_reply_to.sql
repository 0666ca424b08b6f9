-- The further number that somebody wrote from last: answers go there. Null: their first number.
alter table conversations add reply_to text collate "C";
