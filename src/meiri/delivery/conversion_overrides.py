"""Words of the news that are no words of computing.

OpenCC's list of Taiwan's words translates 对象 as 物件 and 局部 as 區域性, which is right for programmers and wrong in
局部地区有雨. These words are written character by character instead.
"""

_WORDS = """
支持 对象 项目 优化 激活 打开 创建 文件 查看 运行 保存 进程 程序 数据 设置 设备 社区 代码 全局 局部 队列 窗口 连接
查找 点击 联系 批量 参数 类型 发送 高端 高级 循环 调度 调试 实例 图像 消息 通信 调用 刷新 注销 用户 默认 卸载 加载 导入
导出 触摸 声明 位图 分区 仿真 呼出 菜单 远程 行程
审核 权限 扩展 映射 添加 交互 奔驰 万象 截取 持久性 性价比 集群 性能 溢出 重装 重载 回调 抛出 禁用 绑定 挂断 低级 指针
"""
WORDS = _WORDS.split()

# What none of the lists has right. The last two are no words: parts of others stand side by side there.
WRITTEN = {
    "账号": "帳號",
    "发布": "發布",
    "应用程序": "應用程式",
    "计算机程序": "電腦程式",
    "小程序": "小程式",
    "程序员": "程式設計師",
    "数据库": "資料庫",
    "文件夹": "資料夾",
    "源代码": "原始碼",
    # Surnames that are written otherwise than the word.
    "姓范": "姓范",
    "姓余": "姓余",
    "姓谷": "姓谷",
    "姓郁": "姓郁",
    "姓钟": "姓鍾",
    "联系统": "聯系統",
    "关注销": "關注銷",
}
