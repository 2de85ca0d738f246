"""Names of people from many places, as an HR system writes them and as a log-in name needs them.

One text per pool, names separated by commas. `名=Ming` gives a name and its Latin form; `x/y` gives
the form for men and the form for women, where a language has two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Name:
    """One part of a name: as its owner writes it, and in Latin letters."""

    written: str
    latin: str


NO_NAME: Final = Name("", "")


@dataclass(frozen=True, slots=True)
class Pool:
    """The names of one language."""

    women: tuple[Name, ...]
    men: tuple[Name, ...]
    of_women: tuple[Name, ...]
    """Surnames as women bear them."""
    of_men: tuple[Name, ...]
    """Surnames as men bear them, at the same positions."""


def _pool(women: str, men: str, surnames: str) -> Pool:
    entries = [entry.split("/") for entry in surnames.split(", ")]
    return Pool(
        women=_names(women),
        men=_names(men),
        of_women=tuple(_name(forms[-1]) for forms in entries),
        of_men=tuple(_name(forms[0]) for forms in entries),
    )


def _names(text: str) -> tuple[Name, ...]:
    return tuple(_name(entry) for entry in text.split(", "))


def _name(entry: str) -> Name:
    written, _, latin = entry.partition("=")
    return Name(written, latin or written)


GERMAN: Final = _pool(
    "Anna, Käthe, Jörgine, Ursula, Gisela, Heike, Sabine, Renate, Liesl, Frauke, Silke, Antje, "
    "Anneliese, Birgit, Dörte, Elke, Franziska, Greta, Hannah, Ilse, Margarethe, Katharina",
    "Jürgen, Björn, Götz, Jörg, Matthias, Uwe, Dietrich, Ludwig, Karl-Heinz, Hans-Jörg, Lukas, "
    "Moritz, Sören, Till, Ruprecht, Emil, Konrad, Anton, Benedikt, Clemens, Sebastian, Maximilian",
    "Müller, Groß, Schäfer, Köhler, Weiß, Jäger, Krüger, Böhm, Voß, Günther, Möller, Lüdtke, "
    "Grünwald, Hübner, Öztürk-Lang, von Ahlen, Zöllner, Preuß, Kästner, Brückner, Rößler, "
    "Schmidt-Keller, Bauer, Lindner, Hartmann, Winkler, Engel, Pfeiffer, Sommer, Brandt, Ziegler, "
    "zu Hohenfels, Ebert, Vogt, Arnold, Seidel",
)
TURKISH: Final = _pool(
    "Ayşe, Gülşen, Şule, Elif, Özlem, Çiğdem, Nilüfer, Zeynep",
    "Çağatay, Oğuz, Emre, Barış, Işık, Tuğrul, Ümit, Kağan",
    "Yılmaz, Şahin, Çelik, Öztürk, Aydın, Güneş, Doğan, Kılıç, Koç, Ağaoğlu",
)
DUTCH: Final = _pool(
    "Anouk, Femke, Sanne, Maartje, Liesbeth, Noëlle, Fleur, Mieke, Roos, Tessa, Zoë, Marijke",
    "Joost, Daan, Pieter, Sjoerd, Wouter, Thijs, Maarten, Ruben, Koen, Jurriën, Bram, Teun",
    "van der Berg, de Vries, van 't Hof, Janssen, ter Horst, van den Heuvel, Bakker, Visser, "
    "de Groot, Mulder, Dijkstra, in 't Veld, van Dijk, Smit, Brouwer, Koçak, Hoekstra, Postma, "
    "van der Ploeg, Bruyn",
)
IRISH: Final = _pool(
    "Aoife, Siobhán, Niamh, Róisín, Caoimhe, Gráinne, Sinéad, Orla, Katherine, Elizabeth, Bríd",
    "Cillian, Pádraig, Seán, Oisín, Eoghan, Tadhg, Ruairí, Liam, William, Fionn, Cormac",
    "O'Neill, O’Connor, O'Brien, McCarthy, Ó Súilleabháin, Byrne, MacDonagh, Walsh, Kelly, "
    "O'Sullivan, FitzGerald, Doyle, Gallagher, O'Shea, Ní Bhriain, Lynch, Quinn, Nolan, Healy",
)
NIGERIAN: Final = _pool(
    "Adaeze, Ngozi, Folake, Chiamaka, Yetunde, Amara",
    "Chidi, Emeka, Tunde, Obinna, Segun, Ikenna",
    "Okafor, Adeyemi, Nwosu, Balogun, Eze, Okonkwo, Adebayo",
)
FRENCH: Final = _pool(
    "Chloé, Zoé, Anaïs, Hélène, Anne-Marie, Noémie, Éloïse, Agnès, Françoise, Océane, Manon",
    "Jean-Pierre, François, Loïc, Rémi, Jérôme, Aurélien, Gaël, Théo, Étienne, Benoît, Yann",
    "Lefèvre, D'Angelo, d'Aboville, Bélanger, Garçon, L'Hermitte, Dupré, Béranger, Noël, "
    "Châtelain, Le Goff, Mérimée, Roux, Lemaître, Benaïssa, N'Diaye, Haddad, Petit-Jean, "
    "de La Tour, Œuvrard",
)
POLISH: Final = _pool(
    "Małgorzata, Agnieszka, Zofia, Żaneta, Łucja, Bożena, Aleksandra, Kinga, Grażyna, Danuta",
    "Łukasz, Stanisław, Paweł, Michał, Wojciech, Jędrzej, Grzegorz, Kazimierz, Radosław, "
    "Bartłomiej",
    "Wiśniewski/Wiśniewska, Kowalski/Kowalska, Dąbrowski/Dąbrowska, Wójcik, Zieliński/Zielińska, "
    "Kamiński/Kamińska, Woźniak, Łuczak, Źrebiec, Nowak, Mazur, Krawczyk, Piątek, Gołąb, Pawłowski/"
    "Pawłowska, Sikora, Górski/Górska, Chmielewski/Chmielewska",
)
SPANISH: Final = _pool(
    "María José, Begoña, Lucía, Inés, Núria, Rocío, Montserrat, Ángela, Concepción, Pilar, Itziar",
    "José Ángel, Íñigo, Andrés, Joaquín, Ramón, Iñaki, Sebastián, Álvaro, Adrián, Martín, Óscar",
    "García Núñez, Peña, Muñoz, Ibáñez, Fernández, Gutiérrez, Martínez, Ordóñez, Yáñez, Calderón, "
    "Echevarría, Vázquez, Puig i Font, Sánchez, Rodríguez, Cabañas, Domènech, Zúñiga",
)
GREEK: Final = _pool(
    "Ελένη=Eleni, Μαρία=Maria, Κατερίνα=Katerina, Σοφία=Sofia, Δήμητρα=Dimitra, "
    "Χρυσούλα=Chrysoula, Αθηνά=Athina, Ειρήνη=Eirini, Ζωή=Zoi, Βασιλική=Vasiliki",
    "Γιώργος=Giorgos, Νίκος=Nikos, Κωνσταντίνος=Konstantinos, Δημήτρης=Dimitris, Σπύρος=Spyros, "
    "Θανάσης=Thanasis, Λευτέρης=Lefteris, Χρήστος=Christos, Στέλιος=Stelios, Άρης=Aris",
    "Παπαδόπουλος=Papadopoulos/Παπαδοπούλου=Papadopoulou, Νικολάου=Nikolaou, "
    "Αντωνίου=Antoniou, Οικονόμου=Oikonomou, Γεωργίου=Georgiou, "
    "Μακρής=Makris/Μακρή=Makri, Καραγιάννης=Karagiannis/Καραγιάννη=Karagianni, "
    "Βλάχος=Vlachos/Βλάχου=Vlachou, Σταυρίδης=Stavridis/Σταυρίδου=Stavridou, "
    "Ψαρράς=Psarras/Ψαρρά=Psarra, Ξενάκης=Xenakis/Ξενάκη=Xenaki, Δημητρίου=Dimitriou, "
    "Ζερβός=Zervos/Ζερβού=Zervou, Αγγελόπουλος=Angelopoulos/Αγγελοπούλου=Angelopoulou",
)
BULGARIAN: Final = _pool(
    "Мария=Mariya, Елена=Elena, Десислава=Desislava, Цветана=Tsvetana, Йорданка=Yordanka, "
    "Надежда=Nadezhda, Радка=Radka, Снежана=Snezhana, Виолета=Violeta, Юлия=Yuliya",
    "Георги=Georgi, Иван=Ivan, Стоян=Stoyan, Красимир=Krasimir, Христо=Hristo, Живко=Zhivko, "
    "Борислав=Borislav, Петър=Petar, Юлиян=Yuliyan, Тодор=Todor",
    "Иванов=Ivanov/Иванова=Ivanova, Петров=Petrov/Петрова=Petrova, "
    "Стоянов=Stoyanov/Стоянова=Stoyanova, Димитров=Dimitrov/Димитрова=Dimitrova, "
    "Христов=Hristov/Христова=Hristova, Желев=Zhelev/Желева=Zheleva, "
    "Цветков=Tsvetkov/Цветкова=Tsvetkova, Ангелов=Angelov/Ангелова=Angelova, "
    "Шишков=Shishkov/Шишкова=Shishkova, Юруков=Yurukov/Юрукова=Yurukova, "
    "Костадинов=Kostadinov/Костадинова=Kostadinova, Чолаков=Cholakov/Чолакова=Cholakova, "
    "Найденов=Naydenov/Найденова=Naydenova, Щерев=Shterev/Щерева=Shtereva",
)
ARABIC: Final = _pool(
    "فاطمة=Fatima, مريم=Maryam, نورهان=Nourhan, ياسمين=Yasmin, سلمى=Salma, هبة=Heba, رانيا=Rania, "
    "دينا=Dina, منى=Mona, إيمان=Iman",
    "محمد=Mohamed, أحمد=Ahmed, خالد=Khaled, عمر=Omar, يوسف=Youssef, كريم=Karim, طارق=Tarek, "
    "حسين=Hussein, مصطفى=Mostafa, عبد الرحمن=Abdelrahman",
    "حسن=Hassan, السيد=El-Sayed, منصور=Mansour, عبد العزيز=Abdelaziz, فؤاد=Fouad, شريف=Sherif, "
    "الشاذلي=El-Shazly, نجيب=Naguib, رمضان=Ramadan, سليمان=Soliman, غالي=Ghali, زكي=Zaki, "
    "بدوي=Badawi, المصري=El-Masry",
)
HEBREW: Final = _pool(
    "נועה=Noa, תמר=Tamar, שירה=Shira, יעל=Yael, רבקה=Rivka, מיכל=Michal, אורית=Orit, הדס=Hadas, "
    "איילת=Ayelet",
    "דוד=David, יוסף=Yosef, אורי=Uri, איתן=Eitan, משה=Moshe, גיל=Gil, נדב=Nadav, רועי=Roi, "
    "עמית=Amit",
    "כהן=Cohen, לוי=Levi, מזרחי=Mizrahi, פרץ=Peretz, ביטון=Biton, בן־דוד=Ben-David, אברהם=Avraham, "
    "שפירא=Shapira, גולן=Golan, צור=Tzur, הררי=Harari, קפלן=Kaplan, רוזן=Rosen",
)
HINDI: Final = _pool(
    "प्रिया=Priya, अनुराधा=Anuradha, सुनीता=Sunita, कविता=Kavita, नेहा=Neha, लक्ष्मी=Lakshmi, "
    "मीनाक्षी=Meenakshi, ज्योति=Jyoti, श्रुति=Shruti, आरती=Aarti",
    "राजेश=Rajesh, अमित=Amit, विक्रम=Vikram, संजय=Sanjay, श्रीकांत=Shrikant, देवेंद्र=Devendra, "
    "अर्जुन=Arjun, हर्ष=Harsh, मनोज=Manoj, कृष्ण=Krishna",
    "शर्मा=Sharma, वर्मा=Verma, गुप्ता=Gupta, चतुर्वेदी=Chaturvedi, मिश्रा=Mishra, त्रिपाठी=Tripathi, "
    "जोशी=Joshi, अग्रवाल=Agarwal, सिंह=Singh, पांडेय=Pandey, देशपांडे=Deshpande, कुलकर्णी=Kulkarni, "
    "राठौड़=Rathore, भट्ट=Bhatt, सक्सेना=Saxena, नायर=Nair",
)
CHINESE: Final = _pool(
    "伟=Wei, 芳=Fang, 秀英=Xiuying, 丽=Li, 静怡=Jingyi, 雪梅=Xuemei, 欣妍=Xinyan, 桂兰=Guilan, "
    "梓涵=Zihan, 晓燕=Xiaoyan",
    "强=Qiang, 磊=Lei, 建国=Jianguo, 志明=Zhiming, 浩然=Haoran, 宇轩=Yuxuan, 俊杰=Junjie, "
    "国栋=Guodong, 明=Ming, 文博=Wenbo",
    "王=Wang, 李=Li, 张=Zhang, 刘=Liu, 陈=Chen, 杨=Yang, 黄=Huang, 赵=Zhao, 吴=Wu, 欧阳=Ouyang, "
    "徐=Xu, 孙=Sun, 司马=Sima, 郭=Guo, 吕=Lü, 诸葛=Zhuge",
)
KOREAN: Final = _pool(
    "지은=Jieun, 서연=Seoyeon, 민지=Minji, 하은=Haeun, 수진=Sujin, 유나=Yuna, 은영=Eunyoung, "
    "혜진=Hyejin",
    "민준=Minjun, 서준=Seojun, 도윤=Doyun, 현우=Hyunwoo, 지훈=Jihoon, 성민=Sungmin, 태현=Taehyun, "
    "재석=Jaeseok",
    "김=Kim, 이=Lee, 박=Park, 최=Choi, 정=Jung, 강=Kang, 조=Cho, 윤=Yoon, 임=Lim, 남궁=Namgung, "
    "황보=Hwangbo, 신=Shin",
)

SINGLE: Final = _names(
    "Supriyadi, Wahyuni, Sukarti, Suparman, Hartono, Ningsih, Murugan, Selvam, Revathi"
)
"""Whole names of people who have only one."""

KNOWN_AS: Final = {
    "Katherine": "Kate",
    "Elizabeth": "Lizzie",
    "William": "Bill",
    "Katharina": "Kathi",
    "Margarethe": "Grete",
    "Maximilian": "Max",
    "Sebastian": "Basti",
    "Franziska": "Franzi",
    "Aleksandra": "Ola",
    "Małgorzata": "Gosia",
    "Bartłomiej": "Bartek",
    "María José": "Marijó",
    "Concepción": "Concha",
    "Montserrat": "Montse",
    "Karl-Heinz": "Kalle",
}
"""What some people want to be called."""
