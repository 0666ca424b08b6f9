import type { PortalUser } from '../../agency.ts';
import { html, type Html } from '../html.ts';
import { page, type Theme } from '../layout.ts';

interface Appointment {
  time: string;
  minutes: number;
  patient: string;
  reason: string;
  chair: string;
  state: 'Done' | 'In the chair' | 'Arrived' | 'Booked';
}

const APPOINTMENTS: readonly Appointment[] = [
  { time: '8:30', minutes: 30, patient: 'Hana Suzuki', reason: 'Cleaning', chair: 'Room 1', state: 'Done' },
  {
    time: '9:00',
    minutes: 45,
    patient: 'Daniel Weiss',
    reason: 'Filling, upper left',
    chair: 'Room 2',
    state: 'Done',
  },
  {
    time: '10:00',
    minutes: 20,
    patient: 'Owen Hart',
    reason: 'Temporary crown, adjust',
    chair: 'Room 1',
    state: 'In the chair',
  },
  {
    time: '10:30',
    minutes: 30,
    patient: 'Maya Brooks',
    reason: 'Check-up',
    chair: 'Room 2',
    state: 'Arrived',
  },
  {
    time: '11:15',
    minutes: 60,
    patient: 'Peter Novak',
    reason: 'Root canal, second visit',
    chair: 'Room 1',
    state: 'Booked',
  },
  {
    time: '1:30',
    minutes: 30,
    patient: 'Leila Haddad',
    reason: 'Check-up, first visit',
    chair: 'Room 2',
    state: 'Booked',
  },
  {
    time: '2:00',
    minutes: 45,
    patient: 'Jonas Meyer',
    reason: 'Whitening',
    chair: 'Room 1',
    state: 'Booked',
  },
];

const TASKS: readonly string[] = [
  'Call the lab about Owen Hart’s crown',
  'Order impression trays, two sizes',
  'Send the recall list for next month',
];

const TONES = { Done: '', 'In the chair': 'accent', Arrived: 'good', Booked: '' } as const;

export function todayPage(user: PortalUser, theme: Theme): Html {
  const left = APPOINTMENTS.filter(({ state }) => state !== 'Done').length;
  return page({
    user,
    theme,
    path: '/today',
    title: 'Today',
    content: html`<header class="page-head">
        <h1>Today</h1>
        <p>${left} of ${APPOINTMENTS.length} appointments to come</p>
      </header>
      <div class="split">
        <section aria-labelledby="book">
          <h2 id="book">Appointments</h2>
          <ol class="book">
            ${APPOINTMENTS.map(
              ({ time, minutes, patient, reason, chair, state }) =>
                html`<li class="${state === 'Done' ? 'done' : ''}">
                  <span class="time"><b>${time}</b><span class="small">${minutes} min</span></span>
                  <span class="grow"><b>${patient}</b><span class="small">${reason} · ${chair}</span></span>
                  <span class="chip ${TONES[state]}">${state}</span>
                </li>`,
            )}
          </ol>
        </section>
        <section aria-labelledby="tasks">
          <h2 id="tasks">To do</h2>
          <ul class="tasks">
            ${TASKS.map((task) => html`<li>${task}</li>`)}
          </ul>
        </section>
      </div>`,
  });
}
