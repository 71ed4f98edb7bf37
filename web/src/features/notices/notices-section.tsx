/** What to be told of on this device: of which messages, how much, when not, and a way to try it out. */
import { useId } from "react";
import { useLaterT } from "../../i18n/later";
import { Button } from "../../ui/button";
import "../../styles/notices.css";
import { Choice } from "../settings/choice";
import { MutedList } from "./muted-list";
import { askPermission, usePermission } from "./permission";
import { type Level, setNotices, useNoticeSettings } from "./settings";
import { show } from "./show";
import { playTone } from "./tone";

const STATES = {
  default: "notices.notAsked",
  granted: "notices.granted",
  denied: "notices.denied",
  unsupported: "notices.unsupported",
} as const;

export function NoticesSection() {
  const later = useLaterT();
  const chosen = useNoticeSettings();
  return (
    <section className="notices" aria-labelledby="notices-title">
      <h2 id="notices-title">{later("notices.title")}</h2>
      <p className="fine">{later("notices.text")}</p>
      <PermissionLine />
      <Choice<Level>
        name="notice-level"
        legend={later("notices.level")}
        value={chosen.level}
        choices={(["all", "direct", "off"] as const).map((one) => [one, later(`notices.level.${one}`)])}
        onChoose={(level) => setNotices({ level })}
      />
      <fieldset className="notices-group">
        <legend>{later("notices.content")}</legend>
        <Tick
          text={later("notices.hide")}
          detail={later("notices.hideText")}
          isOn={chosen.hidesContent}
          onChange={(hidesContent) => setNotices({ hidesContent })}
        />
      </fieldset>
      <fieldset className="notices-group">
        <legend>{later("notices.soundTitle")}</legend>
        <Tick
          text={later("notices.sound")}
          isOn={chosen.hasSound}
          onChange={(hasSound) => {
            setNotices({ hasSound });
            if (hasSound) playTone();
          }}
        />
      </fieldset>
      <QuietHours />
      <MutedList />
    </section>
  );
}

function PermissionLine() {
  const later = useLaterT();
  const state = usePermission();
  const { hasSound } = useNoticeSettings();
  const test = async () => {
    if ((await askPermission()) !== "granted") return;
    setNotices({ offer: "answered" });
    show({ title: "Chancery", body: later("notices.testBody") }, null);
    if (hasSound) playTone();
  };
  return (
    <div className="notices-permission" data-state={state}>
      <p role="status">{later(STATES[state])}</p>
      {state === "default" && (
        <Button onClick={() => void askPermission().then(() => setNotices({ offer: "answered" }))}>
          {later("notices.allow")}
        </Button>
      )}
      {(state === "default" || state === "granted") && (
        <Button look={state === "granted" ? "plain" : "quiet"} onClick={() => void test()}>
          {later("notices.test")}
        </Button>
      )}
    </div>
  );
}

function QuietHours() {
  const later = useLaterT();
  const chosen = useNoticeSettings();
  const field = (name: "quietFrom" | "quietUntil", text: string) => (
    <label className="notices-time">
      <span>{text}</span>
      <input
        type="time"
        required
        value={chosen[name]}
        disabled={!chosen.isQuietOn}
        // A time that is half typed is none.
        onChange={(event) => event.target.value && setNotices({ [name]: event.target.value })}
      />
    </label>
  );
  return (
    <fieldset className="notices-group">
      <legend>{later("notices.quiet")}</legend>
      <Tick
        text={later("notices.quietOn")}
        isOn={chosen.isQuietOn}
        onChange={(isQuietOn) => setNotices({ isQuietOn })}
      />
      <div className="notices-times">
        {field("quietFrom", later("notices.from"))}
        {field("quietUntil", later("notices.until"))}
      </div>
    </fieldset>
  );
}

interface TickProps {
  text: string;
  detail?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

function Tick({ text, detail, isOn, onChange }: TickProps) {
  const detailId = useId();
  return (
    <div className="notices-tick">
      <label>
        <input
          type="checkbox"
          checked={isOn}
          aria-describedby={detail ? detailId : undefined}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>{text}</span>
      </label>
      {detail && (
        <p className="fine" id={detailId}>
          {detail}
        </p>
      )}
    </div>
  );
}
