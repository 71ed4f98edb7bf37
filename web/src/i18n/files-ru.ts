/** What is said about files, in Russian. */
import type { filesEn } from "./files-en";

export const filesRu: Record<keyof typeof filesEn, string> = {
  "files.attach": "Прикрепить файлы",
  "files.attached": "Файлы к отправке",
  "files.brought": "{count, plural, one {# файл} few {# файла} many {# файлов} other {# файла}}",
  "files.cancel": "Отменить загрузку: {name}",
  "files.cancelDownload": "Отменить скачивание: {name}, {size}",
  "files.checking": "проверяется…",
  "files.denied": "Не разрешено.",
  "files.download": "Скачать {name}, {size}",
  "files.downloading": "Скачивание: {name}",
  "files.drop": "Отпустите файлы здесь",
  "files.dropText":
    "Они будут прикреплены к сообщению: {count, plural, one {не более # файла} few {не более # файлов} many {не более # файлов} other {не более # файла}}, вместе до {limit}.",
  "files.failedFirst": "Повторите загрузку или уберите файл, который не загрузился",
  "files.gone": "Больше не доступно",
  "files.list": "Файлы",
  "files.next": "Следующее изображение",
  "files.notLoaded": "Не загрузилось",
  "files.open": "Открыть изображение {name}, {size}",
  "files.pasted": "Изображение {at}",
  "files.pictures": "Изображения",
  "files.position": "{position} из {count}",
  "files.previous": "Предыдущее изображение",
  "files.refused.empty": "Файл «{name}» пуст: отправлять нечего.",
  "files.refused.folder": "«{name}» — папка. Прикрепите файлы из неё или архив.",
  "files.refused.notLoaded":
    "Файл «{name}» не прикреплён: часть программы не загрузилась. Загрузите страницу снова.",
  "files.refused.tooLarge":
    "Файл «{name}» слишком велик: в нём {size}, а файлы одного сообщения вместе — не больше {limit}.",
  "files.refused.tooLargeTogether":
    "Файл «{name}» не прикреплён: файлы одного сообщения вместе — не больше {limit}.",
  "files.refused.tooMany":
    "{count, plural, one {В сообщении может быть не более # файла.} few {В сообщении может быть не более # файлов.} many {В сообщении может быть не более # файлов.} other {В сообщении может быть не более # файла.}} Остальные не прикреплены.",
  "files.remove": "Убрать: {name}",
  "files.retry": "Загрузить снова: {name}",
  "files.uploaded": "Загружено {done} из {count}",
  "files.uploading": "Загрузка: {name}",
  "files.wait": "Файлы ещё загружаются",
  "files.waiting": "ждёт очереди",
};
