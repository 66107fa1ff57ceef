import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

const INBOX = { text: "Inbox", href: to.inbox() };

export const navigation: NavigationEntry[] = [{ section: "Messaging", text: "Inbox", href: to.inbox(), place: 3 }];

export const routes = [page("inbox", () => [{ text: "SNS", href: to.topics() }, INBOX], () => import("./InboxPage"))];
