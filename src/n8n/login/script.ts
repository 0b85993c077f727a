/**
 * The one script of the pages; named in their policy by its hash. Everything works without it: it sends forms without a
 * reload, asks whether the picture was scanned, counts down, shows and copies secrets, and finds the country of a number.
 * It puts in only what the server rendered.
 */
export const SCRIPT = `
(function(){
'use strict';
var page=document.getElementById('page'),live=document.getElementById('live'),timer=0,busy=false;
function texts(name){return document.body.getAttribute('data-'+name)||''}
function controls(){return page.querySelectorAll('button,input,select,a')}
function say(text){live.textContent='';setTimeout(function(){live.textContent=text},50)}
function show(answer){
 var valid=document.getElementById('valid');
 if(valid&&answer.valid)valid.textContent=answer.valid;
 if(!answer.valid){history.replaceState(null,'',location.pathname+answer.home);if(valid)valid.remove()}
 if(answer.html===page.innerHTML||answer.key===page.dataset.key&&answer.kind==='poll')return plan();
 var same=answer.view===page.dataset.view&&answer.kind==='poll';
 var at=Array.prototype.indexOf.call(controls(),document.activeElement);
 page.innerHTML=answer.html;page.dataset.view=answer.view;page.dataset.key=answer.key;
 document.body.className=answer.theme;document.title=answer.title;
 start();
 if(same){if(at>=0&&controls()[at])controls()[at].focus({preventScroll:true});return}
 var field=page.querySelector('[aria-invalid=true]')||page.querySelector('[data-focus]');
 (field||page).focus({preventScroll:!field});
 var told=page.querySelector('[role=alert]')||page.querySelector('h1');
 if(told)say(told.textContent);
}
function send(body,kind){
 busy=true;
 return fetch(location.href,{method:'POST',body:body,headers:{accept:'application/json'},redirect:'error',credentials:'same-origin'})
 .then(function(r){return r.json()})
 .then(function(answer){
  busy=false;
  if(answer.location){location.replace(answer.location);return}
  answer.kind=kind;show(answer)
 },function(){
  busy=false;
  if(kind!=='poll')say(texts('offline'));
  var waiting=page.querySelector('[data-waiting]');
  if(waiting)waiting.textContent=texts('offline');
  unlock();plan(4000)
 })
}
function lock(form,button){
 form.setAttribute('aria-busy','true');
 Array.prototype.forEach.call(page.querySelectorAll('button'),function(each){each.disabled=true});
 if(button&&!button.classList.contains('choice')){button.dataset.text=button.textContent;button.textContent=texts('working')}
}
function unlock(){
 Array.prototype.forEach.call(page.querySelectorAll('button'),function(each){
  if(!each.dataset.until)each.disabled=false;
  if(each.dataset.text){each.textContent=each.dataset.text;delete each.dataset.text}
 })
}
document.addEventListener('submit',function(event){
 var form=event.target,button=event.submitter;
 if(form.dataset.plain!==undefined)return;
 event.preventDefault();
 if(busy&&form.getAttribute('aria-busy'))return;
 var body=new URLSearchParams(new FormData(form));
 if(button&&button.name)body.set(button.name,button.value);
 lock(form,button);clearTimeout(timer);send(body,'form')
});
document.addEventListener('click',function(event){
 var button=event.target.closest&&event.target.closest('button');
 if(!button)return;
 var field=document.getElementById(button.getAttribute('aria-controls')||'');
 if(!field)return;
 if(button.dataset.reveal!==undefined){
  var shown=field.type==='text';
  field.type=shown?'password':'text';
  button.textContent=texts(shown?'show':'hide');
  button.setAttribute('aria-pressed',String(!shown))
 }
 if(button.dataset.copy!==undefined){
  var done=function(){button.textContent=texts('copied');say(texts('copied'));setTimeout(function(){button.textContent=texts('copy')},2500)};
  var failed=function(){
   field.type='text';field.focus();field.select();
   var good=false;try{good=document.execCommand('copy')}catch(e){}
   if(good)done();else say(texts('copyfailed'))
  };
  if(navigator.clipboard&&window.isSecureContext)navigator.clipboard.writeText(field.value).then(done,failed);else failed()
 }
});
function time(seconds){
 var h=Math.floor(seconds/3600),m=Math.floor(seconds%3600/60),s=seconds%60;
 return (h?h+':'+(m<10?'0':''):'')+m+':'+(s<10?'0':'')+s
}
function count(){
 var left=false;
 Array.prototype.forEach.call(page.querySelectorAll('[data-seconds]'),function(each){
  if(!each.dataset.until)each.dataset.until=String(Date.now()+Number(each.dataset.seconds)*1000);
  var seconds=Math.ceil((Number(each.dataset.until)-Date.now())/1000);
  if(seconds>0){left=true;each.textContent=each.dataset.counting.replace('{}',time(seconds));if(each.tagName==='BUTTON')each.disabled=true}
  else{each.textContent=each.dataset.after;delete each.dataset.until;each.removeAttribute('data-seconds');if(each.tagName==='BUTTON')each.disabled=false}
 });
 if(left)setTimeout(count,500)
}
function plan(ms){
 clearTimeout(timer);
 var form=page.querySelector('form[data-poll]');
 if(!form)return;
 timer=setTimeout(function(){
  if(busy)return plan();
  if(document.hidden)return plan(1000);
  send(new URLSearchParams(new FormData(form)),'poll')
 },ms||Number(form.dataset.poll))
}
function number(){
 var select=document.getElementById('country'),field=document.getElementById('phone');
 if(!select||!field)return;
 function chosen(){return select.options[select.selectedIndex]}
 function example(){field.placeholder=chosen().dataset.format.replace(/#/g,'0')}
 select.addEventListener('change',function(){example();field.focus()});
 field.addEventListener('input',function(){
  var text=field.value,digits=text.replace(/\\D/g,'');
  if(/^\\s*(\\+|00)/.test(text)){
   digits=digits.replace(/^00/,'');
   var now=chosen();
   if(digits.indexOf(now.dataset.code)===0)return;
   var best=null;
   Array.prototype.forEach.call(select.options,function(each){
    if(digits.indexOf(each.dataset.code)===0&&(!best||each.dataset.code.length>best.dataset.code.length||each.dataset.first!==undefined&&each.dataset.code.length===best.dataset.code.length))best=each
   });
   if(best){select.value=best.value;example()}
   return
  }
  var format=chosen().dataset.format;
  if(!format||field.selectionStart!==text.length)return;
  if(chosen().dataset.code==='7'&&digits.length>10&&/^[78]/.test(digits))digits=digits.slice(1);
  var out='',at=0;
  for(var i=0;i<format.length&&at<digits.length;i++)out+=format[i]==='#'?digits[at++]:format[i];
  field.value=out+digits.slice(at)
 });
 example()
}
function code(){
 var field=document.getElementById('code');
 if(!field||!field.dataset.length)return;
 field.addEventListener('input',function(){
  var digits=field.value.replace(/\\D/g,'');
  if(digits.length===Number(field.dataset.length))field.form.requestSubmit(field.form.querySelector('button'))
 })
}
function start(){
 Array.prototype.forEach.call(page.querySelectorAll('[data-script]'),function(each){each.hidden=false});
 count();number();code();plan()
}
start();
})();
`.trim();
