-- What a run has asked for and is over before it leaves does not leave: `canceled`.
alter table workflow_requests drop constraint workflow_requests_state_check;
alter table workflow_requests add constraint workflow_requests_state_check
  check (state in ('queued', 'sending', 'done', 'failed', 'canceled'));
