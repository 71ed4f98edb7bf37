/** Writes a new version: the rules in force, with changes. It is kept only if nothing speaks against it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { Failure, Waiting } from "../../ui/notice";
import { policyKey, type Rule, stateQuery, versionQuery, type Wall, writeVersion } from "./api";
import { type Finding, FindingsView } from "./findings-view";
import { RuleDialog } from "./rule-dialog";
import { RuleList } from "./rule-list";

export function DraftTab() {
  const state = useQuery(stateQuery);
  if (state.isPending) return <Waiting />;
  if (state.isError) return <Failure error={state.error} onRetry={() => void state.refetch()} />;
  return <Draft key={state.data.active.number} base={state.data.active.number} />;
}

function Draft({ base }: { base: number }) {
  const t = useT();
  const client = useQueryClient();
  const query = useQuery({ ...versionQuery(base), refetchInterval: false });
  const [changed, setChanged] = useState<Rule[] | null>(null);
  const [walls, setWalls] = useState<Wall[]>([]);
  const [note, setNote] = useState("");
  const [editing, setEditing] = useState<{ rule: Rule; isNew: boolean } | null>(null);
  const [accepted, setAccepted] = useState<Finding[]>([]);
  const rules = changed ?? query.data?.rules ?? [];
  const keeping = useMutation({
    mutationFn: (accept: Finding[]) =>
      writeVersion({
        base,
        note: note.trim(),
        rules,
        walls,
        accept_cases: accept.flatMap(({ file, line }) => (line == null ? [] : [{ file, line }])),
      }),
    onSuccess: ({ version }) => {
      void client.invalidateQueries({ queryKey: policyKey });
      navigate(paths.policyVersion(version.number));
    },
  });
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const before = query.data.rules;
  const isChanged = JSON.stringify(rules) !== JSON.stringify(before) || walls.length > 0;
  const take = (rule: Rule) => {
    const at = rules.findIndex((one) => one.id === rule.id);
    setChanged(at < 0 ? [...rules, rule] : rules.map((one) => (one.id === rule.id ? rule : one)));
    setEditing(null);
    setAccepted([]);
  };
  const findings = keeping.error ? (asApiError(keeping.error).detail.findings ?? []) : [];
  return (
    <>
      <p>{t("policy.draftText", { number: base })}</p>
      <label className="field">
        <span>{t("policy.note")}</span>
        <textarea rows={2} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
        <small className="fine">{t("policy.noteHint")}</small>
      </label>
      <section className="policy-section">
        <h2>{t("policy.walls")}</h2>
        {query.data.walls.map((wall) => {
          const next = walls.find((one) => one.between.join() === wall.between.join()) ?? wall;
          return (
            <label key={wall.between.join()} className="check">
              <input
                type="checkbox"
                checked={next.state === "closed"}
                onChange={(event) => {
                  const others = walls.filter((one) => one !== next);
                  const state = event.target.checked ? "closed" : "open";
                  setWalls(state === wall.state ? others : [...others, { ...wall, state }]);
                }}
              />
              <span>
                {wall.between.join(" | ")}:{" "}
                {t(next.state === "closed" ? "policy.wallClosed" : "policy.wallOpen")}
              </span>
            </label>
          );
        })}
      </section>
      <section className="policy-section">
        <h2>{t("policy.rules")}</h2>
        <RuleList
          rules={rules}
          before={before}
          onEdit={(rule) => setEditing({ rule, isNew: false })}
          onRemove={(rule) => setChanged(rules.filter((one) => one.id !== rule.id))}
        />
        <div className="filters">
          <Button icon="plus" onClick={() => setEditing({ rule: fresh(rules), isNew: true })}>
            {t("policy.newRule")}
          </Button>
          {changed && (
            <Button look="quiet" onClick={() => setChanged(null)}>
              {t("policy.discard")}
            </Button>
          )}
        </div>
      </section>
      {keeping.error && (
        <FindingsView
          message={asApiError(keeping.error).detail.message ?? t("error.network")}
          findings={findings}
          onAccept={(cases) => {
            const all = [...accepted, ...cases];
            setAccepted(all);
            keeping.mutate(all);
          }}
        />
      )}
      <footer className="source-acts source-acts-sticky">
        <Button
          look="primary"
          disabled={!isChanged || !note.trim() || keeping.isPending}
          onClick={() => keeping.mutate(accepted)}
        >
          {t("policy.keepDraft")}
        </Button>
        {keeping.isPending && <span className="fine">{t("policy.proving")}</span>}
      </footer>
      {editing && (
        <RuleDialog
          rule={editing.rule}
          isNew={editing.isNew}
          taken={rules.map((rule) => rule.id)}
          onDone={take}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
}

/** A permission that is still to be filled in, under the first code that is free. */
function fresh(rules: Rule[]): Rule {
  const codes = Array.from({ length: 99 }, (_, place) => `A${String(place + 1).padStart(2, "0")}`);
  const id = codes.find((code) => !rules.some((rule) => rule.id === code)) ?? "A99";
  const inAYear = new Date();
  inAYear.setFullYear(inAYear.getFullYear() + 1);
  return {
    id,
    effect: "allow",
    why: "",
    owner: "policy-office",
    legal_basis: "",
    review: inAYear.toISOString().slice(0, 10),
    disclose: "full",
    hard: false,
    exception: null,
    when: { act: ["dm.start"] },
    sentence_ru: "",
    sentence_en: "",
  };
}
