/** Takes a version back that is in force nowhere. */
import { useT } from "../../i18n";
import { ActDialog } from "../directory/act-dialog";
import { policyKey, withdraw } from "./api";

export function WithdrawDialog({ number, onClose }: { number: number; onClose: () => void }) {
  const t = useT();
  return (
    <ActDialog
      title={t("policy.withdrawTitle", { number })}
      confirm={t("policy.withdraw")}
      look="danger"
      act={(reason) => withdraw(number, reason)}
      invalidates={policyKey}
      onClose={onClose}
    >
      <p>{t("policy.withdrawText")}</p>
    </ActDialog>
  );
}
