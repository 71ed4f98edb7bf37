/** One of several, all of them in sight. */
interface ChoiceProps<Value extends string> {
  name: string;
  legend: string;
  value: Value;
  choices: (readonly [Value, string])[];
  onChoose: (value: Value) => void;
}

export function Choice<Value extends string>({ name, legend, value, choices, onChoose }: ChoiceProps<Value>) {
  return (
    <fieldset className="choice-row">
      <legend>{legend}</legend>
      {choices.map(([id, text]) => (
        <label key={id}>
          <input type="radio" name={name} checked={value === id} onChange={() => onChoose(id)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
