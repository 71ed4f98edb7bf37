/** Why: whether somebody could do something at a moment, and what was refused, with repeated attempts put together. */
import { DecisionForm } from "./decision-form";
import { DenialsSection } from "./denials-section";

export function DecisionsTab({ asksAboutThePast }: { asksAboutThePast: boolean }) {
  return (
    <>
      {asksAboutThePast && <DecisionForm />}
      <DenialsSection />
    </>
  );
}
