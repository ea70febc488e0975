// What htmx sends carries the page's token; a thin line shows what takes longer than a moment.

interface HtmxContext {
  request: { headers: Record<string, string> };
}

let open = 0;

function busy(change: number): void {
  open = Math.max(0, open + change);
  document.documentElement.toggleAttribute("data-busy", open > 0);
}

export function watchRequests(): void {
  document.addEventListener("htmx:config:request", (event) => {
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
    const { ctx } = (event as CustomEvent<{ ctx: HtmxContext }>).detail;
    if (token) ctx.request.headers["X-CSRF-Token"] = token;
  });
  document.addEventListener("htmx:before:request", () => busy(1));
  document.addEventListener("htmx:finally:request", () => busy(-1));
}
