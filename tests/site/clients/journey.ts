/**
 * The journey in TypeScript, by the calls and types of the generated client alone: a line of JSON for each step.
 *
 * `journey.py` is the same in Python; `test_journeys.py` judges what they tell.
 */

import { Api, type AttemptRequest, type HttpResponse, type Problem, type SyncEvent, type Variant } from "./api";

declare const process: { argv: string[]; exitCode: number };

const STEM = /A (\d+)×\d+ filter runs .* are both (\d+), with padding (\d+) and stride (\d+)\./;

async function main(address: string): Promise<void> {
  const api = new Api<string>({
    baseUrl: address,
    baseApiParams: { headers: { "Accept-Language": "en" } },
    securityWorker: (token) => (token === null ? {} : { headers: { Authorization: `Token ${token}` } }),
  });
  const guest = good(await api.guests.createGuest({ device_name: "TypeScript" }));
  tell("guest", { learner: guest.learner, expiry: guest.expiry });
  api.setSecurityData(guest.token);
  await online(api);
  await offline(api);
  await end(api);
}

/** Topics, a variant, a wrong attempt, a second chance, the queue. */
async function online(api: Api<string>): Promise<void> {
  const topics = good(await api.topics.listTopics());
  const statuses = [...new Set(topics.map((topic) => topic.status))].sort();
  tell("topics", { slugs: topics.map((topic) => topic.slug), statuses });

  const variant = await pose(api);
  tell("variant", {
    template: variant.template,
    kind: variant.kind,
    fields: variant.fields.map((field) => [field.name, field.type]),
    figure: variant.figure !== null,
  });

  const problem = refused(await api.attempts.createAttempt(answer(variant, "3²")));
  const asked = read(variant);
  const wrong = good(
    await api.attempts.createAttempt(answer(variant, `${Math.floor((asked.H + 2 * asked.P - asked.F) / asked.S)}`)),
  );
  tell("wrong attempt", {
    problem: [problem.status, problem.code, problem.errors?.[0]?.field],
    verdict: wrong.verdict,
    misconceptions: wrong.misconceptions.map((found) => found.code),
    given: wrong.fields[0]?.given,
    expected: wrong.fields[0]?.expected,
    solution: wrong.solution.text,
    rating: wrong.rating,
    second_chance: wrong.second_chance,
  });

  const another = await pose(api);
  const { F, H, P, S } = read(another);
  const right = good(await api.attempts.createAttempt(answer(another, Math.floor((H + 2 * P - F) / S) + 1)));
  tell("second chance", {
    differs: another.stem.text !== variant.stem.text,
    verdict: right.verdict,
    rating: right.rating,
    second_chance: right.second_chance,
    revision: right.card?.revision,
  });

  const reviews = good(await api.reviews.retrieveReviews());
  tell("review queue", {
    due: reviews.due,
    items: reviews.items.length,
    new: reviews.new,
    next_due_at: reviews.next_due_at,
  });
}

/** A pack, and what was answered of it, sent twice. */
async function offline(api: Api<string>): Promise<void> {
  const answered = await api.packs.retrieveNextPack({ limit: 20 });
  const pack = good(answered);
  const headers = { "If-None-Match": answered.headers.get("ETag") ?? "" };
  const unchanged = await api.packs.retrieveNextPack({ limit: 20 }, { headers });
  const packed = pack.variants[0];
  if (packed === undefined) throw new Error("The pack is empty");
  tell("pack", {
    template: packed.template,
    expires_at: pack.expires_at,
    variants: pack.variants.length,
    rules: packed.grading.fields.map((rule) => rule.name),
    fields: packed.fields.map((field) => field.name),
    expected: Object.keys(packed.grading.expected),
    unchanged: unchanged.status,
  });

  const attempt: SyncEvent = {
    id: crypto.randomUUID(),
    kind: "attempt",
    variant: packed.variant,
    response: packed.grading.expected,
    duration_ms: 5300,
    answered_at: new Date().toISOString(),
    utc_offset_minutes: 540,
  };
  const flashcards = good(await api.templates.listTemplates({ kind: "flashcard", limit: 1 }));
  const flashcard = flashcards.results[0];
  if (flashcard === undefined) throw new Error("There are no flashcards");
  const rating: SyncEvent = { id: crypto.randomUUID(), kind: "rating", template: flashcard.slug, rating: "good" };
  const batch = { sent_at: new Date().toISOString(), events: [attempt, attempt, rating] };
  const first = good(await api.sync.syncEvents(batch));
  const again = good(await api.sync.syncEvents(batch));
  const changes = good(await api.sync.syncChanges());
  tell("offline sync", {
    ids: first.results.map((result) => result.id).join() === [attempt.id, attempt.id, rating.id].join(),
    first: first.results.map((result) => result.status),
    again: again.results.map((result) => result.status),
    verdicts: first.results.map((result) => result.verdict ?? null),
    cards: changes.changes.flatMap((change) => (change.card ? [change.card.revision] : [])).sort(),
    has_more: changes.has_more,
  });
}

/** What was learned, and then nothing of it. */
async function end(api: Api<string>): Promise<void> {
  const progress = good(await api.progress.retrieveProgress());
  tell("progress", {
    today: progress.today,
    days: progress.days.map((day) => [day.date, day.answers]),
    right: progress.week.right,
    misconceptions: progress.misconceptions.map((held) => [held.code, held.met]),
  });

  const deleted = await api.me.deleteMe();
  const gone = refused(await api.me.getMe());
  tell("account deletion", { status: deleted.status, afterwards: [gone.status, gone.code] });
}

/** Another variant of the template that the journey can calculate. */
async function pose(api: Api<string>): Promise<Variant> {
  return good(await api.variants.createVariant({ template: "conv-output-size", purpose: "practice" }));
}

/** The numbers, as the learner reads them. */
function read(variant: Variant): { F: number; H: number; P: number; S: number } {
  const found = STEM.exec(variant.stem.text);
  if (found === null) throw new Error(`Numbers not found in: ${variant.stem.text}`);
  const [F = NaN, H = NaN, P = NaN, S = NaN] = found.slice(1).map(Number);
  return { F, H, P, S };
}

/** What was typed, as a request. */
function answer(variant: Variant, typed: string | number): AttemptRequest {
  return { id: crypto.randomUUID(), variant: variant.variant, response: { O: typed } };
}

function good<Data>(answered: HttpResponse<Data, Problem | void>): Data {
  if (!answered.ok) throw new Error(`${answered.url} answered ${answered.status} ${JSON.stringify(answered.error)}`);
  return answered.data;
}

function refused<Data>(answered: HttpResponse<Data, Problem>): Problem {
  if (answered.ok) throw new Error(`${answered.url} answered ${answered.status}`);
  return answered.error;
}

/** One line for the judge. */
function tell(step: string, facts: Record<string, unknown>): void {
  console.log(JSON.stringify({ step, ...facts }));
}

main(process.argv[2] ?? "").catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
