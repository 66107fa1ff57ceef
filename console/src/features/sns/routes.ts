import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";
import { lastOf } from "./names";

const SNS = { text: "SNS", href: to.topics() };
const TOPICS = { text: "Topics", href: to.topics() };

export const navigation: NavigationEntry[] = [{ section: "Messaging", text: "SNS topics", href: to.topics(), place: 1 }];

export const routes = [
  page("sns/topics", () => [SNS, TOPICS], () => import("./TopicsPage")),
  page("sns/topics/create", () => [SNS, TOPICS, { text: "Create topic", href: to.createTopic() }], () => import("./CreateTopicPage")),
  page("sns/topics/:topic", ({ topic = "" }) => [SNS, TOPICS, { text: lastOf(topic), href: to.topic(topic) }], () => import("./TopicPage")),
  page("sns/subscribe", () => [SNS, TOPICS, { text: "Create subscription", href: to.createSubscription() }], () => import("./SubscribePage")),
];
