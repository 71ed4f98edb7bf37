/** What a version would mean for the people and conversations that there are: for everybody, or exactly for a few. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/errors";
import type { PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Waiting } from "../../ui/notice";
import { ConsequencesView } from "../directory/consequences";
import { readConsequences } from "../directory/documents";
import { PeoplePicker } from "../people/people-picker";
import { weigh } from "./api";

export function WhatIfSection({ number }: { number: number }) {
  const t = useT();
  const [people, setPeople] = useState<PersonRef[]>([]);
  const asking = useMutation({
    mutationFn: () => weigh(number, null, people.length > 0 ? people.map((person) => person.id) : null),
  });
  return (
    <section className="policy-section">
      <h2>{t("policy.whatif")}</h2>
      <p className="fine">{t("policy.whatifText")}</p>
      <PeoplePicker label={t("policy.whatifPeople")} chosen={people} onChange={setPeople} />
      <p>
        <Button onClick={() => asking.mutate()} disabled={asking.isPending}>
          {people.length > 0 ? t("policy.askNamed", { count: people.length }) : t("policy.askEverybody")}
        </Button>
      </p>
      {asking.isPending && <Waiting />}
      {asking.error && (
        <p className="form-error" role="alert">
          {asApiError(asking.error).detail.message ?? t("error.network")}
        </p>
      )}
      {asking.data && (
        <ConsequencesView
          of={readConsequences(asking.data.consequences)}
          parts={["conversations", "contacts"]}
        />
      )}
    </section>
  );
}
