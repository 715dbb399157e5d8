import type { OptionForm } from '../cli/option-form.ts';

/** Writes the value of a flag as users write the option: numbers as numbers, and lists only where there are several. */
export function optionValue({ takes, schema, bare }: OptionForm<unknown>, value: unknown): unknown {
  if (takes === 'toggle') return [value].flat().includes(true);
  const described = JSON.stringify(schema);
  const hasNumbers = /"(number|integer)"/.test(described);
  const texts = [value].flat().map((each) => (each === '' && bare !== undefined ? bare : String(each)));
  const parts =
    takes === 'list' && (hasNumbers || described.includes('"enum"')) ? texts.flatMap((text) => text.split(',')) : texts;
  const values = parts.map((text) => (hasNumbers && /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text));
  return values.length === 1 ? values[0] : values;
}
