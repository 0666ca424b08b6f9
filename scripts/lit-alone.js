/** What the elements import of Lit, and nothing else: measured by `npm run size`. */
import { ContextConsumer, ContextProvider, createContext } from '@lit/context';
import { adoptStyles, css, html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';

globalThis.lit = [
  ContextConsumer,
  ContextProvider,
  createContext,
  adoptStyles,
  css,
  html,
  LitElement,
  nothing,
  property,
  query,
  state,
];
