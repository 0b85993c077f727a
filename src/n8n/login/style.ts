/** The one style sheet of the pages; named in their policy by its hash. No external asset, no inline style. */
export const STYLE = `
:root{color-scheme:light dark;--back:#eef0f5;--card:#fff;--text:#16181d;--soft:#555b67;--line:#c9ceda;--edge:#868d9d;--field:#fff;--accent:#2f5bd7;--accent-text:#fff;--tint:#edf1fd;--bad:#b3261e;--bad-back:#fdecea;--good:#1b7a3d;--good-back:#e8f5ec;--shadow:0 1px 2px rgba(20,24,40,.06),0 12px 40px rgba(20,24,40,.1)}
.max{--accent:#5b3fd6;--tint:#f0edfd}
.telegram{--accent:#1273a8;--tint:#e8f3fa}
@media (prefers-color-scheme:dark){:root{--back:#111318;--card:#1b1e25;--text:#eceef3;--soft:#a8afbd;--line:#454b59;--edge:#757d90;--field:#14161b;--accent:#8aa5ff;--accent-text:#10131c;--tint:#232a3f;--bad:#ff9a92;--bad-back:#3a1f1d;--good:#7bd79b;--good-back:#1a3023;--shadow:none}.max{--accent:#b1a0ff;--tint:#2a2545}.telegram{--accent:#6fc3ef;--tint:#1b3040}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;padding:1.5rem 1rem;background:var(--back);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
.card{width:100%;max-width:27rem;background:var(--card);border-radius:1.25rem;box-shadow:var(--shadow);padding:2rem;overflow-wrap:break-word}
main:focus{outline:none}
.lead a{color:var(--accent)}
.mark{width:3.5rem;height:3.5rem;border-radius:1rem;display:block;margin:0 auto 1rem}
h1{font-size:1.375rem;line-height:1.25;font-weight:650;margin:0 0 .5rem;text-align:center;letter-spacing:-.01em}
p{margin:0 0 1rem}
.lead{color:var(--soft);text-align:center;margin-bottom:1.5rem}
.choices{display:grid;gap:.75rem;margin:0;padding:0}
.choice{margin:0;display:flex;align-items:center;gap:1rem;width:100%;min-height:4.75rem;padding:.875rem 1rem;text-align:left;color:var(--text);background:var(--card);border:1px solid var(--line);border-radius:1rem;font:inherit;cursor:pointer}
.choice:hover{border-color:var(--accent);background:var(--tint)}
.choice .mark{margin:0;width:2.75rem;height:2.75rem;border-radius:.8rem;flex:none}
.choice b{display:block;font-weight:620}
.choice small{display:block;color:var(--soft);font-size:.875rem;line-height:1.35}
label{display:block;font-weight:560;font-size:.9375rem;margin:0 0 .375rem}
input,select{width:100%;min-height:3rem;padding:.625rem .875rem;font:inherit;color:var(--text);background:var(--field);border:1px solid var(--edge);border-radius:.75rem;margin:0 0 .375rem;appearance:none}
input::placeholder{color:var(--soft);opacity:1}
select{background-image:linear-gradient(45deg,transparent 50%,currentColor 50%),linear-gradient(135deg,currentColor 50%,transparent 50%);background-position:calc(100% - 1.2rem) 55%,calc(100% - .9rem) 55%;background-size:.32rem .32rem;background-repeat:no-repeat;padding-right:2.25rem;text-overflow:ellipsis}
input[aria-invalid=true]{border-color:var(--bad)}
.spaced{margin-bottom:1rem}
.hint{color:var(--soft);font-size:.875rem;margin:0 0 1rem}
.code{font-size:1.625rem;letter-spacing:.4em;text-align:center;font-variant-numeric:tabular-nums;padding-left:1.275rem}
.with-button{position:relative}
.with-button input{padding-right:6.5rem}
.with-button button{position:absolute;right:.375rem;top:.375rem;min-height:2.25rem;width:auto;padding:0 .75rem;margin:0;font-size:.875rem}
button,.button{display:block;width:100%;min-height:3rem;padding:.625rem 1rem;margin:1rem 0 0;border:1px solid transparent;border-radius:.75rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;background:var(--accent);color:var(--accent-text)}
button:hover,.button:hover{filter:brightness(1.06)}
button:disabled{opacity:.55;cursor:default;filter:none}
.quiet{background:transparent;color:var(--accent);border-color:transparent;margin-top:.375rem}
.quiet.away{color:var(--soft);font-weight:500;margin-top:0}
.quiet:hover:not(:disabled){background:var(--tint);filter:none}
.quiet:disabled{color:var(--soft);opacity:1}
.small{background:var(--tint);color:var(--accent)}
:is(button,.button,input,select,a,textarea,.choice):focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.qr{width:min(16.5rem,100%);margin:1.25rem auto;padding:.5rem;background:#fff;border:1px solid var(--line);border-radius:1rem;aspect-ratio:1}
.qr svg{display:block;width:100%;height:100%}
.qr.loading{display:grid;place-items:center;color:#555b67}
ol{list-style:none;counter-reset:step;margin:0 0 1.25rem;padding:0;display:grid;gap:.625rem}
ol li{counter-increment:step;display:grid;grid-template-columns:1.75rem 1fr;gap:.75rem;align-items:start}
ol li::before{content:counter(step);width:1.75rem;height:1.75rem;border-radius:50%;background:var(--tint);color:var(--accent);font-weight:650;font-size:.875rem;display:grid;place-items:center}
.status{display:flex;gap:.6rem;align-items:center;justify-content:center;color:var(--soft);font-size:.9375rem;margin:0 0 1.25rem}
.pulse{width:.6rem;height:.6rem;border-radius:50%;background:var(--accent);flex:none;animation:pulse 1.6s ease-in-out infinite}
@keyframes pulse{50%{opacity:.25}}
@media (prefers-reduced-motion:reduce){.pulse{animation:none}}
.note{border-radius:.75rem;padding:.75rem 1rem;margin:0 0 1.25rem;background:var(--tint);font-size:.9375rem}
.note.bad{background:var(--bad-back);color:var(--bad)}
.note.good{background:var(--good-back);color:var(--good)}
h1+.note{margin-top:1rem}
.note p{margin:.125rem 0 0}
.values{margin:0 0 1rem;display:grid;gap:.875rem}
.values .with-button input{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875rem;padding-right:7.5rem;text-overflow:ellipsis}
.tick{width:4rem;height:4rem;margin:0 auto 1rem;border-radius:50%;background:var(--good-back);color:var(--good);display:grid;place-items:center}
.tick.bad{background:var(--bad-back);color:var(--bad)}
.tick svg{width:2rem;height:2rem}
footer{max-width:27rem;margin-top:1.25rem;text-align:center;font-size:.8125rem;color:var(--soft)}
footer p{margin:0 0 .25rem}
footer a{color:inherit;display:inline-block;padding:.5rem}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:30rem){body{justify-content:flex-start;padding:0;background:var(--card)}.card{box-shadow:none;border-radius:0;padding:2rem 1.25rem 1rem;max-width:none}footer{padding:0 1.25rem 1.5rem}}
@media (forced-colors:active){.pulse,.tick{forced-color-adjust:none}}
`.trim();
