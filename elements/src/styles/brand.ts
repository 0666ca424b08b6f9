import type { Brand } from '@patchbay/server-kit/contract';
import { COLORS, TOKENS } from './tokens.ts';

/**
 * A tenant's tokens as a stylesheet for the provider's host. As `:host` rules they give way to whatever the host page
 * sets on the element itself. What a brand names for light alone keeps our own value in the dark; its accent is
 * lightened there instead, so that a brand of one colour works in both.
 */
export function brandSheet(brand: Brand | null): string {
  if (!brand) return '';
  const { light, dark } = brand.tokens;
  const known = new Set<string>(TOKENS);
  const rules = [...new Set([...Object.keys(light), ...Object.keys(dark)])]
    .filter(
      (name) =>
        known.has(name) && [light[name], dark[name]].every((value) => value === undefined || harmless(value)),
    )
    .map((name) => `--pb-${name}:${both(name, light[name], dark[name])};`);
  return `:host{${rules.join('')}}`;
}

function both(name: string, light: string | undefined, dark: string | undefined): string {
  if (light === dark || !isColor(light ?? dark ?? '')) return light ?? dark ?? '';
  const [ourLight, ourDark] = COLORS[name as keyof typeof COLORS] ?? [];
  const inTheDark = name === 'accent' ? `color-mix(in oklab,${light},#fff 36%)` : (ourDark ?? light);
  return `light-dark(${light ?? ourLight ?? dark},${dark ?? inTheDark})`;
}

const isColor = (value: string) => /^(#|rgb|hsl|okl|lab|lch|color|[a-z]+$)/i.test(value.trim());

/** A value, and nothing that could end the rule, fetch something or start another one. */
const harmless = (value: string) => value.length < 200 && !/[;{}<>\\@]|url\(|image\(/i.test(value);
