/**
 * The report's style sheet. Colour has meaning: blue is the host, brown the peer, violet the path, red what ended the connection. Pairs
 * of text and ground have a contrast of at least 4.5 in both themes (WCAG 2.2, 1.4.3).
 */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#16202c;--soft:#51606f;--line:#d9dfe6;--faint:#eef1f5;
--host:#1d5fc4;--peer:#9a4d00;--box:#7433b8;--bad:#c0202f;--warn:#8a5a00;--good:#17703a;--bad-ground:#fdecee;--warn-ground:#fdf4de;--good-ground:#e7f6ec;--host-ground:#e9f1fd;--peer-ground:#fbf0e3;--box-ground:#f4ebfc;
--mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media(prefers-color-scheme:dark){:root{--ground:#0f141a;--card:#171e26;--ink:#e8edf2;--soft:#a3b1bf;--line:#2f3a46;--faint:#1f2832;
--host:#7db2ff;--peer:#f0ac63;--box:#c79bf7;--bad:#ff8089;--warn:#ecc063;--good:#6fd596;--bad-ground:#3a1a1f;--warn-ground:#332a14;--good-ground:#14301f;--host-ground:#16283f;--peer-ground:#33261a;--box-ground:#2a1f39}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
.page{max-width:1136px;margin:0 auto;padding:0 20px 56px}
@media(min-width:1900px){html{font-size:118%}body{font-size:1rem}.page{max-width:1440px}}
code,.mono,pre{font-family:var(--mono);font-size:.875em;font-variant-ligatures:none}
a{color:var(--host)}
header.top{display:flex;flex-wrap:wrap;gap:4px 20px;justify-content:space-between;align-items:baseline;padding:22px 0 18px;color:var(--soft);font-size:.875rem}
.brand{display:inline-flex;align-items:center;gap:9px;font-weight:700;font-size:1.0625rem;letter-spacing:-.01em;color:var(--ink)}
.brand svg{width:22px;height:22px;fill:none;stroke:var(--bad);stroke-width:2.2;stroke-linecap:round}
.hero{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:clamp(20px,3.2vw,38px);border-top:5px solid var(--tone)}
.tone-host{--tone:var(--host);--tone-ground:var(--host-ground)}.tone-peer{--tone:var(--peer);--tone-ground:var(--peer-ground)}.tone-middlebox{--tone:var(--box);--tone-ground:var(--box-ground)}.tone-nobody{--tone:var(--good);--tone-ground:var(--good-ground)}.tone-undetermined{--tone:var(--soft);--tone-ground:var(--faint)}
.kicker{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;margin:0 0 14px;font-size:.9375rem;color:var(--soft)}
.chip{display:inline-block;border-radius:99px;padding:3px 12px;font-weight:650;font-size:.875rem;color:var(--tone);background:var(--tone-ground)}
h1{margin:0 0 14px;font-size:clamp(1.5rem,1.1rem + 1.7vw,2.375rem);line-height:1.18;letter-spacing:-.021em;font-weight:680;text-wrap:balance}
@media(min-width:520px){h1 .ip{display:inline-block;max-width:100%}}
.hero>.story{margin:0;max-width:76ch;color:var(--soft);font-size:1.0313rem}
.facts{display:grid;grid-template-columns:1fr;gap:1px;margin:26px 0 0;background:var(--line);border:1px solid var(--line);border-radius:12px;overflow:hidden}
@media(min-width:520px){.facts{grid-template-columns:repeat(2,1fr)}}@media(min-width:1000px){.facts{grid-template-columns:repeat(4,1fr)}}
.facts>div{background:var(--card);padding:15px 18px}
.facts dt,.label{font-size:.75rem;font-weight:650;letter-spacing:.045em;text-transform:uppercase;color:var(--soft)}
.facts dd{margin:5px 0 0}.facts .value{display:block;font-size:1.1875rem;font-weight:660;letter-spacing:-.01em;line-height:1.3}.facts .sub{display:block;margin-top:3px;font-size:.875rem;line-height:1.45;color:var(--soft)}
.facts .look{background:var(--warn-ground)}.facts .look .value{color:var(--warn)}.facts .yes{background:var(--good-ground)}.facts .yes .value{color:var(--good)}.facts .look .sub,.facts .yes .sub{color:var(--ink)}
.meter{display:block;height:6px;border-radius:3px;background:var(--faint);margin:9px 0 7px;overflow:hidden}.meter>span{display:block;height:100%;background:var(--tone);border-radius:3px}
section{margin-top:40px}
h2{margin:0 0 14px;font-size:1.3125rem;letter-spacing:-.014em;line-height:1.25;font-weight:670}
h3{margin:22px 0 8px;font-size:1rem;font-weight:660}
.lead{margin:-8px 0 14px;color:var(--soft);max-width:80ch}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:20px 22px}
.columns{columns:2 420px;column-gap:18px}.columns>.card{break-inside:avoid;margin:0 0 18px}
.columns h2{margin-bottom:10px}
ul.plain,ol.plain{list-style:none;margin:0;padding:0}
.plain>li{padding:12px 0;border-top:1px solid var(--line)}.plain>li:first-child{border-top:0;padding-top:2px}.plain>li:last-child{padding-bottom:0}
.says{display:grid;grid-template-columns:22px 1fr;gap:10px}.sign{font-weight:700;line-height:1.5}.for .sign{color:var(--good)}.against .sign{color:var(--bad)}
.refs{margin:4px 0 0;font-size:.8438rem;color:var(--soft)}.refs span{display:inline-block;margin-right:12px}.refs code{font-size:.9375em}
.owner{display:inline-block;font-size:.75rem;font-weight:660;letter-spacing:.02em;color:var(--host);background:var(--host-ground);border-radius:5px;padding:2px 8px;margin-bottom:4px}
.source{display:block;margin-top:2px;font-size:.8438rem;color:var(--soft)}
pre{margin:8px 0 0;padding:11px 14px;background:var(--faint);border-radius:9px;white-space:pre-wrap}
blockquote{margin:8px 0 0;padding:9px 14px;border-left:3px solid var(--peer);background:var(--faint);border-radius:0 9px 9px 0;font-family:var(--mono);font-size:.875rem}
dl.rows{display:grid;grid-template-columns:minmax(96px,auto) 1fr;gap:5px 16px;margin:0;font-size:.9375rem}dl.rows dt{color:var(--soft)}dl.rows dd{margin:0}
.picture{margin:0;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:22px 24px 16px}
.picture svg{display:block;margin:0 auto;height:auto;max-width:100%;font-family:inherit}.picture svg.wide{width:100%}.picture svg.narrow{display:none;width:100%;max-width:480px}
@media(max-width:900px){.picture{padding:16px 10px 12px}.picture svg.wide{display:none}.picture svg.narrow{display:block}}
figcaption{margin:14px 0 0;font-size:.8438rem;color:var(--soft)}details{margin-top:8px;font-size:.875rem}summary{cursor:pointer;color:var(--host);font-weight:600}.steps{margin:8px 0 0;padding-left:2.2em;color:var(--soft)}
footer{margin-top:44px;padding-top:18px;border-top:1px solid var(--line);font-size:.8438rem;color:var(--soft)}
svg text{fill:var(--ink);font-size:12.5px}svg .mid{text-anchor:middle}svg .end{text-anchor:end}
svg .flags,svg .pause,svg .time.mid,svg .remark.mid{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
svg .host{--c:var(--host)}svg .peer{--c:var(--peer)}svg .box{--c:var(--box)}svg .bad{--c:var(--bad)}svg .warn{--c:var(--warn)}svg .quiet{--c:var(--soft)}
.lifeline{fill:none;stroke:var(--c);stroke-width:2;opacity:.55}.head-box{fill:var(--faint);stroke:var(--c);stroke-width:1.5}
svg .party{font-size:11px;font-weight:700;letter-spacing:.09em;fill:var(--c);text-transform:uppercase}svg .address{font-family:var(--mono);font-size:11.5px}
.plate{fill:var(--card)}.arrow{stroke:var(--c);stroke-width:1.4}.arrow.decisive{stroke-width:2.6}.dashed{stroke-dasharray:6 4}.head{fill:var(--c)}.cross{fill:none;stroke:var(--c);stroke-width:2.4}
svg .flags{font-family:var(--mono);font-size:11.5px;font-weight:600;fill:var(--c)}svg .flags.decisive{font-weight:800}svg .numbers{font-weight:400;fill:var(--soft)}
svg .time{font-family:var(--mono);font-size:10.5px;fill:var(--soft);text-anchor:end}svg .time.mid{text-anchor:middle}svg .delta{font-family:var(--mono);font-size:10.5px;font-weight:650;text-anchor:end}
svg .remark{font-size:12px;fill:var(--soft)}svg .remark.strong{fill:var(--ink);font-weight:600}svg .frame{font-family:var(--mono);font-size:10.5px;fill:var(--soft)}
svg .pause{font-size:12px;font-weight:650;text-anchor:middle;fill:var(--ink)}svg .pause.note{font-weight:400;fill:var(--soft)}
.log-box{fill:var(--warn-ground);stroke:var(--warn);stroke-width:1}.log-dot{fill:var(--warn)}.log-tie,.answer-tie,.event-tie{stroke:var(--warn);stroke-width:1}svg .log-text,svg .answer-text{font-family:var(--mono);font-size:11px}
.answer-box{fill:var(--peer-ground);stroke:var(--peer);stroke-width:1}.answer-box.unread{stroke-dasharray:5 3}.answer-tie{stroke:var(--peer)}
.bracket{fill:none;stroke:var(--bad);stroke-width:1.8}svg .timer{font-size:12px;font-weight:700;fill:var(--bad)}svg .timer-fact{font-size:11.5px;fill:var(--soft)}.timer-mark{fill:var(--card);stroke:var(--bad);stroke-width:1.5}svg .timer-number{font-size:11px;font-weight:700;fill:var(--bad)}
.cap{fill:var(--faint);stroke:var(--line)}.cap.guilty{fill:var(--bad-ground);stroke:var(--bad)}svg .cap-text{font-family:var(--mono);font-size:11px}svg .cap-text.guilty{fill:var(--bad);font-weight:700}
.fill{fill:var(--c)}.mark{fill-opacity:.85}.base{stroke:var(--line)}.grid{stroke:var(--line);stroke-dasharray:2 4}.strip{fill:var(--faint)}.end-line{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 4}
svg .lane{font-size:12.5px;font-weight:600}svg .lane-fact,svg .tick{font-size:11px;fill:var(--soft)}svg .tick{font-family:var(--mono);font-size:10.5px}svg .event{font-size:11px}svg .end-label{font-size:11px;font-weight:650;fill:var(--bad)}
@media print{@page{size:A4;margin:10mm 11mm}html{font-size:10.6px}:root{color-scheme:light;--ground:#fff}body{font-size:7.9pt;line-height:1.32}.page{max-width:none;padding:0}header.top{padding:0 0 6pt}.hero{padding:10pt 12pt;border-radius:8pt}h1{font-size:15pt;margin-bottom:6pt}.hero>.story{font-size:8.8pt}.kicker{margin-bottom:6pt;font-size:8.4pt}.chip{font-size:8pt;padding:1pt 7pt}
.facts{margin-top:9pt;grid-template-columns:repeat(4,1fr)}.facts>div{padding:6pt 8pt}.facts .value{font-size:10pt}.facts .sub{font-size:7.6pt}section{margin-top:9pt}h2{font-size:11pt;margin-bottom:5pt}.lead{margin:-3pt 0 5pt}.card,.picture{padding:8pt 10pt;border-radius:8pt}.columns{columns:3;column-gap:7pt}section.columns{break-before:page;margin-top:0;font-size:7.2pt}.columns>.card{margin-bottom:8pt}.plain>li{padding:2.5pt 0}
.first:has(.sequence){height:266mm;display:flex;flex-direction:column}.sequence,.sequence .picture{flex:1;min-height:0;display:flex;flex-direction:column}.picture svg.wide{display:block}.sequence svg.wide{flex:1;min-height:0;max-height:none}.picture svg.narrow{display:none}.picture details{display:none}figcaption{margin-top:5pt;font-size:7.4pt}.timeline .picture svg.wide{max-height:34mm}.card,.picture,.plain>li{break-inside:avoid}.refs,.source,pre,blockquote,dl.rows{font-size:6.9pt}.refs{margin-top:1pt}pre,blockquote{margin-top:3pt;padding:3pt 6pt}h3{margin:5pt 0 2pt;font-size:8.4pt}.owner{padding:0 4pt;margin-bottom:1pt;font-size:6.6pt}dl.rows{grid-template-columns:56px 1fr;gap:2pt 6pt}footer{margin-top:9pt;padding-top:5pt;font-size:7.4pt}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`
