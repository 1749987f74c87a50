/** The page's style sheet: one column, light and dark, nothing wider than the narrowest phone. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fcfcfb;--text:#1c1f24;--muted:#5c636e;--line:#dfe1e5;--soft:#f2f3f4;--warn:#a3470b;--bad:#b3261e;--good:#1a7347;--c0:#6b7280;--c1:#2563c9;--c2:#18794e;--c3:#7446c9;--c4:#b3540f;--c5:#0b7285;--c6:#ad2f6d}
@media (prefers-color-scheme:dark){:root{--bg:#15171a;--text:#e6e8eb;--muted:#9aa2ad;--line:#31353b;--soft:#1d2024;--warn:#f0a35e;--bad:#f28b82;--good:#6fcf97;--c0:#9aa2ad;--c1:#6ea8ff;--c2:#5ec98f;--c3:#b492ff;--c4:#f0a35e;--c5:#4fc3d4;--c6:#f084b6}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main{max-width:66rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;margin:.2rem 0 .6rem}
h2{font-size:1.05rem;font-weight:650;margin:2.6rem 0 .7rem;padding-bottom:.35rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;font-weight:600;margin:1.2rem 0 .3rem}
p{margin:.3rem 0}
a{color:inherit;text-underline-offset:.2em;text-decoration-color:var(--muted)}
a:focus-visible,summary:focus-visible{outline:2px solid var(--c1);outline-offset:2px}
small,.note,.eyebrow{color:var(--muted);font-size:.87rem}
.eyebrow{margin:0}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin-top:1.1rem;font-size:.9rem}
ul{margin:.4rem 0;padding-left:1.15rem}
li{margin:.2rem 0}
code{font:.87em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{white-space:pre-wrap;margin:.5rem 0;padding:.7rem .9rem;background:var(--soft);border-radius:6px;font:.87rem/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.said{white-space:pre-wrap}
.open{list-style:none;padding:0}
.open li{padding:.4rem .8rem;border-left:3px solid var(--warn);background:var(--soft);margin:.35rem 0;border-radius:0 5px 5px 0}
.open li.urgent{border-color:var(--bad)}
.good{color:var(--good)}.bad{color:var(--bad);font-weight:600}.warn{color:var(--warn);font-weight:600}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th{overflow-wrap:normal;font-weight:600;text-align:left;color:var(--muted);font-size:.83rem}
th,td{min-width:4.5rem;padding:.42rem .8rem .42rem 0;vertical-align:top;border-bottom:1px solid var(--line)}
article{padding:.75rem 0;border-bottom:1px solid var(--line)}
article header{display:flex;flex-wrap:wrap;gap:0 .7rem;align-items:baseline}
article time{color:var(--muted);font-size:.87rem}
summary{cursor:pointer;color:var(--muted);font-size:.9rem}
.tag{font-size:.8rem;color:var(--muted);border:1px solid var(--line);border-radius:9px;padding:0 .5em}
.tag.due{color:var(--warn);border-color:currentColor}
.lanes{margin:.8rem 0 .4rem}
.lane{display:grid;grid-template-columns:minmax(9rem,17rem) 1fr;column-gap:1.2rem}
.lane .name{padding:.25rem 0;font-size:.9rem;line-height:1.35}
.lane.of-session{border-top:1px solid var(--line)}
.lane .task,.of-lock .name{color:var(--muted)}
.lane .task{display:block}
.lane.of-lock .name{padding:0 0 .1rem .8rem;font-size:.83rem}
.track{position:relative;min-height:46px;margin:0 8px}
.of-lock .track{min-height:20px}
.axis .track{min-height:20px}
.track svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible;display:block}
.axis text{fill:var(--muted);font-size:11.5px;font-variant-numeric:tabular-nums}
.grid{stroke:var(--line);stroke-width:1}
.session{stroke-width:10;stroke-linecap:round}
.lock{stroke-width:5;stroke-linecap:round;opacity:.6}
.commit{stroke:var(--bg);stroke-width:2}
.message,.recap,.handoff{fill:var(--bg);stroke:var(--text);stroke-width:1.5}
.handoff{fill:var(--text)}
.track svg svg{position:static;width:auto;height:auto}
line.c0{stroke:var(--c0)}line.c1{stroke:var(--c1)}line.c2{stroke:var(--c2)}line.c3{stroke:var(--c3)}line.c4{stroke:var(--c4)}line.c5{stroke:var(--c5)}line.c6{stroke:var(--c6)}
b.c1{color:var(--c1)}b.c2{color:var(--c2)}b.c3{color:var(--c3)}b.c4{color:var(--c4)}b.c5{color:var(--c5)}b.c6{color:var(--c6)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;padding:0;margin:.6rem 0 0;font-size:.85rem;color:var(--muted)}
.legend li{display:flex;align-items:center;gap:.35rem;margin:0}
footer{margin-top:3rem;color:var(--muted);font-size:.85rem}
@media (min-width:960px){.word{overflow-wrap:normal}}
@media (max-width:640px){
main{padding:1.5rem 1rem 3rem}
h1{font-size:1.35rem}
.lane{grid-template-columns:1fr}
.lane.of-lock .name{padding-left:0}
.axis .name{display:none}
table,tbody,tr,td{display:block;width:auto}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{padding:.6rem 0;border-bottom:1px solid var(--line)}
td{border:0;padding:.1rem 0}
td[data-label]:not(:first-child)::before{content:attr(data-label) " ";color:var(--muted);font-size:.83rem}
td:empty{display:none}
td:first-child{font-weight:600}
}
@media print{body{font-size:11px}nav{display:none}details:not([open])>*{display:block}}
`.trim();
