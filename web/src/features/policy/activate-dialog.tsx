/** Puts a version in force: in the shadow, in one agency, or everywhere. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../../api/client";
import type { Given, Schemas } from "../../api/types";
import { useT } from "../../i18n";
import { ActDialog } from "../directory/act-dialog";
import { activate, policyKey } from "./api";

interface ActivateDialogProps {
  number: number;
  place: "shadow" | "agency" | "everywhere";
  onClose: () => void;
}

type UnitRef = Given<Schemas["UnitRef"]>;

export function ActivateDialog({ number, place, onClose }: ActivateDialogProps) {
  const t = useT();
  const agencies = useQuery({
    queryKey: ["units", "roots"],
    queryFn: async () => (await get<{ units: UnitRef[] }>("/units")).units,
    enabled: place === "agency",
  });
  const [agency, setAgency] = useState("");
  const chosen = agency || agencies.data?.[0]?.id || "";
  const act = (reason: string) =>
    activate(number, {
      mode: place === "shadow" ? "shadow" : "active",
      ...(place === "agency" ? { agency_id: chosen } : {}),
      reason,
    });
  return (
    <ActDialog
      title={t(`policy.activateTitle.${place}`, { number })}
      confirm={t("policy.activate")}
      act={act}
      invalidates={policyKey}
      onClose={onClose}
    >
      <p>{t(`policy.activateText.${place}`)}</p>
      {place === "agency" && (
        <label className="field">
          <span>{t("policy.agency")}</span>
          <select value={chosen} onChange={(event) => setAgency(event.target.value)}>
            {agencies.data?.map((unit) => (
              <option key={unit.id} value={unit.id}>
                {unit.name}
              </option>
            ))}
          </select>
        </label>
      )}
    </ActDialog>
  );
}
