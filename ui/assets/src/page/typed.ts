// What is typed while an answer is under way: that answer does not know of it, so it is asked again.

interface Ctx {
  target: Element | string;
  sourceElement: Element;
  sourceEvent?: Event;
}

const sent = new WeakMap<Ctx, string>();
const stale = new WeakSet<Ctx>();

function ctxOf(event: Event): Ctx {
  return (event as CustomEvent<{ ctx: Ctx }>).detail.ctx;
}

/** What stands in the inputs of a part. */
function held(part: Element): string {
  const inputs = part.querySelectorAll<HTMLInputElement>(":is(input, select, textarea)[name]");
  return JSON.stringify([...inputs].map((one) => [one.name, one.value, one.checked]));
}

function onRequest(event: Event): void {
  const ctx = ctxOf(event);
  if (ctx.target instanceof Element && ctx.target.matches("[data-typed]")) sent.set(ctx, held(ctx.target));
}

function onSwap(event: Event): void {
  const ctx = ctxOf(event);
  const before = sent.get(ctx);
  if (before === undefined || !(ctx.target instanceof Element) || held(ctx.target) === before) return;
  event.preventDefault();
  stale.add(ctx);
}

function onEnd(event: Event): void {
  const ctx = ctxOf(event);
  const again = ctx.sourceEvent?.type;
  if (!stale.has(ctx) || !again) return;
  window.setTimeout(() => {
    if (ctx.sourceElement.isConnected) ctx.sourceElement.dispatchEvent(new Event(again));
  });
}

export function keepTyped(): void {
  document.addEventListener("htmx:config:request", onRequest);
  document.addEventListener("htmx:before:swap", onSwap);
  document.addEventListener("htmx:finally:request", onEnd);
}
