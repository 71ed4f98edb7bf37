/** What is beside the sidebar before anything is opened: where one stands, and the one thing to do first. */
import { useQuery } from "@tanstack/react-query";
import { colleaguesQuery, meQuery } from "../../api/queries";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Icon } from "../../ui/icon";
import { useToDecide } from "../exceptions/exceptions";
import { Keys } from "../shortcuts/keys";

export function HomePage() {
  const t = useT();
  const me = useQuery(meQuery).data;
  const colleagues = useQuery(colleaguesQuery).data;
  const toDecide = useToDecide();
  return (
    <div className="home">
      <h1>{me ? t("home.greeting", { name: me.given_name || me.display_name }) : " "}</h1>
      {me && (
        <p className="home-post">
          {me.title} · {me.unit.name}
        </p>
      )}
      <p className="home-teach">{t("home.teach")}</p>
      <ul className="home-ways">
        {toDecide > 0 && (
          <li>
            <Link to={paths.exceptions("decide")}>
              <Icon name="ask" />
              <span>
                <strong>{t("nav.exceptions")}</strong>
                <small>{t("exception.toDecide", { count: toDecide })}</small>
              </span>
            </Link>
          </li>
        )}
        {colleagues?.unit && (
          <li>
            <Link to={paths.unit(colleagues.unit.id)}>
              <Icon name="tree" />
              <span>
                <strong>{t("nav.units")}</strong>
                <small>{t("home.units")}</small>
              </span>
            </Link>
          </li>
        )}
        <li>
          <Link to={paths.people()}>
            <Icon name="people" />
            <span>
              <strong>{t("nav.people")}</strong>
              <small>{t("home.people")}</small>
            </span>
          </Link>
        </li>
      </ul>
      <p className="fine">
        <Keys of="switcher" /> {t("home.switcher")} · <Keys of="sheet" first /> {t("home.shortcuts")}
      </p>
    </div>
  );
}
