/**
 * The wire contract as plain types. On the server a type is what a zod schema infers; the elements' declarations name
 * those types, and a host that installs only the elements has neither the server kit nor zod. So each exported type is
 * written out in full, once, into `elements/dist/contract/index.d.ts`.
 */
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './packages.ts';

const CONTRACT = join(root, 'server-kit', 'src', 'contract');
/** These two have no zod in them; their own declarations are copied instead. */
const PURE = ['names.ts', 'segments.ts'];

/** Text of the declaration file. */
export function wireTypes(): string {
  const entry = join(CONTRACT, 'index.ts');
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (problem) => {
        throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
      },
    },
  );
  if (!config) throw new Error('tsconfig.json could not be read.');
  const program = ts.createProgram([entry], config.options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${entry} exports nothing.`);

  const lines = [
    '// The types of everything that crosses the wire, written out by scripts/wire-types.ts.',
    "export * from './names.js';",
    "export * from './segments.js';",
  ];
  const names = new Set<string>();
  const pureNames = new Set<string>();
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.declarations?.find(
      (node): node is ts.TypeAliasDeclaration | ts.InterfaceDeclaration =>
        ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node),
    );
    if (!declaration) continue;
    if (PURE.some((file) => declaration.getSourceFile().fileName === join(CONTRACT, file))) {
      pureNames.add(exported.name);
      continue;
    }
    names.add(exported.name);
    lines.push(...comment(declaration), write(checker, exported.name, symbol, declaration));
  }
  const text = `${lines.join('\n')}\n`;
  const used = [...pureNames].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  return used.length > 0
    ? text.replace("export * from './names.js'", `${importsOf(used, program)}\n$&`)
    : text;
}

/** Interfaces and generic types are copied as written; anything inferred is expanded. */
function write(
  checker: ts.TypeChecker,
  name: string,
  symbol: ts.Symbol,
  declaration: ts.TypeAliasDeclaration | ts.InterfaceDeclaration,
): string {
  if (ts.isInterfaceDeclaration(declaration) || declaration.typeParameters) return declaration.getText();
  const flags =
    ts.TypeFormatFlags.NoTruncation |
    ts.TypeFormatFlags.InTypeAlias |
    ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope |
    ts.TypeFormatFlags.MultilineObjectLiterals |
    ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType;
  const text = checker.typeToString(checker.getDeclaredTypeOfSymbol(symbol), declaration, flags);
  if (/\bz\.|import\(/.test(text))
    throw new Error(`The type ${name} does not expand to plain types: ${text}`);
  return `export type ${name} = ${text};`;
}

function comment(declaration: ts.Node): string[] {
  const docs = ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc);
  return docs.map((doc) => doc.getText());
}

function importsOf(names: string[], program: ts.Program): string {
  const checker = program.getTypeChecker();
  return PURE.flatMap((file) => {
    const source = program.getSourceFile(join(CONTRACT, file));
    const module = source && checker.getSymbolAtLocation(source);
    const here = module ? checker.getExportsOfModule(module).map((symbol) => symbol.name) : [];
    const used = names.filter((name) => here.includes(name));
    return used.length > 0
      ? [`import type { ${used.join(', ')} } from './${file.replace('.ts', '.js')}';`]
      : [];
  }).join('\n');
}

if (import.meta.main) console.log(wireTypes());
