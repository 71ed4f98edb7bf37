/** The record: one button that checks it, what was signed last and who has it, and every entry. */
import { CheckSection } from "./check-section";
import { CheckpointSection } from "./checkpoint-section";
import { EntriesSection } from "./entries-section";

export function RecordTab() {
  return (
    <>
      <CheckSection />
      <CheckpointSection />
      <EntriesSection />
    </>
  );
}
